/** What may be the name of a repository, a remote, a branch or a base folder: undefined, or what is wrong with it. */

const controlCharacters = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/
/** A file system takes 255 bytes for a name; `.git` and a name beside it for moving need some of them. */
const longestNameBytes = 220

/** The repository's name below the base folder, without `.git`. */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'is empty'
  if (name.startsWith('-')) return 'begins with a dash, which programs take for an option'
  if (name.startsWith('.')) return 'begins with a dot'
  if (name.includes('/')) return 'holds a slash: the folder belongs into --base'
  if (controlCharacters.test(name) || !name.isWellFormed()) return 'holds control characters'
  if (Buffer.byteLength(name) > longestNameBytes) return `is longer than ${longestNameBytes} bytes`
  return undefined
}

/** `name` and `name.git` are the same wish. */
export function withoutGitSuffix(name: string): string {
  return name.length > '.git'.length && name.endsWith('.git') ? name.slice(0, -'.git'.length) : name
}

/** The name of a remote, as `git remote add` takes it; dots and slashes would make its config keys hard to read. */
export function remoteProblem(remote: string): string | undefined {
  if (remote.startsWith('-')) return 'begins with a dash, which programs take for an option'
  if (!/^[\p{L}\p{N}_][\p{L}\p{N}_-]*$/u.test(remote)) return 'is not a name of letters, digits, dashes and _'
  return undefined
}

/** A branch's name; whether there is such a branch is another question. */
export function branchProblem(branch: string): string | undefined {
  if (branch.startsWith('-')) return 'begins with a dash, which programs take for an option'
  if (branch === '' || /[\s~^:?*[\\\u0000-\u001f\u007f]|\.\.|@\{/.test(branch)) return 'is not a branch name'
  return undefined
}

/** The folder on the host: absolute, or below the home of the user that logs in (`~/git`). */
export function baseProblem(base: string): string | undefined {
  if (base.startsWith('-')) return 'begins with a dash, which programs take for an option'
  if (controlCharacters.test(base) || !base.isWellFormed()) return 'holds control characters'
  if (/^~[^/]/.test(base) || /^\/+~/.test(base)) return 'names the home of another user: write the whole path'
  if (!/^(\/|~(\/|$))/.test(base))
    return 'is neither absolute nor below the home folder: write ~/git or /srv/git'
  if (/(^|\/)\.\.?(\/|$)/.test(base)) return 'holds `.` or `..`'
  return undefined
}

/** One form of a base folder: no doubled or trailing slashes. */
export function plainBase(base: string): string {
  return base.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1')
}

/** Where the repository is to be, still with `~` where the base has it. */
export function pathBelow(base: string, name: string): string {
  return `${base === '/' ? '' : base}/${name}.git`
}
