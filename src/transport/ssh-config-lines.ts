/**
 * Which lines of the ssh config apply to a name: only so far as that can be told for certain without ssh. It is never used instead of
 * `ssh -G`, but to see that nothing tells two names apart (alike-hosts.ts).
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { matchesPattern } from './known-hosts.ts'

export interface ConfigLine {
  /** In lower case. */
  readonly keyword: string
  /** As it is written, without what surrounds it. */
  readonly value: string
}

type Part = ConfigLine | { readonly host: string } | { readonly included: readonly (readonly Part[])[] }

/** What only ssh can judge. */
class Uncertain extends Error {}

function certain<Result>(work: () => Result): Result | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof Uncertain) return undefined
    throw error
  }
}

const deepestInclude = 12
const longestLine = 1000
const youngMs = 2000

/** The files as they were at one moment. */
export class SshConfigLines {
  /** Those that were found, in the order in which they were read. */
  readonly files: readonly string[]
  /** Another one whenever a file, or the list of names in a folder that is included, is. */
  readonly stamp: string
  /** Whether none had changed right before: some file systems keep whole seconds, and the next change may look like the last. */
  readonly settled: boolean
  readonly #parts: readonly (readonly Part[])[]
  readonly #looks: ReadonlyMap<string, string>

  private constructor(
    parts: readonly (readonly Part[])[],
    looks: ReadonlyMap<string, string>,
    beganMs: number,
  ) {
    this.#parts = parts
    this.#looks = looks
    this.stamp = JSON.stringify([...looks])
    this.settled = [...looks.values()].every(seen => beganMs - changedMs(seen) >= youngMs)
    this.files = [...looks].flatMap(([path, seen]) => (seen.startsWith('file ') ? [path] : []))
  }

  /** With `file`, that one alone, as `ssh -F` does. Undefined where only ssh can tell what applies to whom. */
  static read(file?: string): SshConfigLines | undefined {
    const beganMs = Date.now()
    const looks = new Map<string, string>()
    const home = join(userInfo().homedir, '.ssh')
    return certain(() => {
      const parts =
        file === undefined
          ? [readFile(join(home, 'config'), home, looks), readFile('/etc/ssh/ssh_config', '/etc/ssh', looks)]
          : file === 'none'
            ? []
            : [readFile(file, home, looks)]
      return new SshConfigLines(parts, looks, beganMs)
    })
  }

  /** Whether the files and the folders of `Include` are still as they were read. */
  unchanged(): boolean {
    return certain(() => [...this.#looks].every(([path, seen]) => lookOf(path) === seen)) ?? false
  }

  /** The lines that apply to a name, in the order of ssh; undefined where that is not certain. */
  of(name: string): readonly ConfigLine[] | undefined {
    return certain(() => {
      const lines: ConfigLine[] = []
      for (const parts of this.#parts) collect(parts, name, true, lines)
      return lines
    })
  }
}

/** A file that is included where nothing applies holds nothing that does (`begun` false), whatever its own `Host` lines say. */
function collect(parts: readonly Part[], name: string, begun: boolean, lines: ConfigLine[]): void {
  let applies = begun
  for (const part of parts) {
    if ('host' in part) applies = begun && names(part.host, name)
    else if ('included' in part) for (const each of part.included) collect(each, name, applies, lines)
    else if (applies) lines.push(part)
  }
}

/** `all` is what `Match all` says. Old versions of ssh know no comments here: both ways to read them must agree. */
function names(patterns: string, name: string): boolean {
  const said = oneNames(patterns, name)
  if (said !== oneNames(patterns.replace(/[ \t]#.*$/, ''), name)) throw new Uncertain()
  return said
}

function oneNames(patterns: string, name: string): boolean {
  let found = false
  for (const pattern of patterns.split(/[ \t]+/)) {
    if (pattern.startsWith('!')) {
      if (matchesPattern(pattern.slice(1), name)) return false
    } else found ||= matchesPattern(pattern, name)
  }
  return found
}

function readFile(path: string, folder: string, looks: Map<string, string>, depth = 0): readonly Part[] {
  const seen = lookOf(path)
  const before = looks.get(path)
  if (before !== undefined && before !== seen) throw new Uncertain()
  looks.set(path, seen)
  if (seen === 'missing') return []
  // A pipe can be read once, and that is for ssh.
  if (!seen.startsWith('file ')) throw new Uncertain()
  const text = textOf(path)
  return text.split('\n').flatMap(line => partOf(line, folder, looks, depth))
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    throw new Uncertain()
  }
}

function partOf(line: string, folder: string, looks: Map<string, string>, depth: number): readonly Part[] {
  const content = line.replace(/^[ \t]+|[ \t\r]+$/g, '')
  if (content === '' || content.startsWith('#')) return []
  const [, word = '', value = ''] = /^([A-Za-z0-9]+)(?:[ \t]*=[ \t]*|[ \t]+)([^ \t=].*)$/.exec(content) ?? []
  if (word === '' || line.length > longestLine || /[\0-\x08\x0a-\x1f]/.test(content)) throw new Uncertain()
  const keyword = word.toLowerCase()
  if (keyword === 'match') {
    if (!/^all$/i.test(value)) throw new Uncertain()
    return [{ host: '*' }]
  }
  // Names are looked up then, and the files read again for what was found.
  if (keyword.startsWith('canonical') && value.toLowerCase() !== 'no') throw new Uncertain()
  if (keyword !== 'host' && keyword !== 'include') return [{ keyword, value }]
  if (/["'\\]/.test(value)) throw new Uncertain()
  if (keyword === 'host') return [{ host: value }]
  if (depth >= deepestInclude) throw new Uncertain()
  const paths = value.split(/[ \t]+/).flatMap(each => expanded(each, folder, looks))
  return [{ included: paths.map(path => readFile(path, folder, looks, depth + 1)) }]
}

/** Wildcards in the last part alone; what else a pattern can be is left to ssh. */
function expanded(pattern: string, folder: string, looks: Map<string, string>): readonly string[] {
  if (/[[\]{}$%#]|^~[^/]|\*.*\/|\?.*\//.test(pattern)) throw new Uncertain()
  const home = pattern.replace(/^~(?=\/)/, userInfo().homedir)
  const path = isAbsolute(home) ? home : join(folder, home)
  if (!/[*?]/.test(path)) return [path]
  const inside = dirname(path)
  const seen = lookOf(inside)
  looks.set(inside, seen)
  if (seen === 'missing') return []
  const found = namesIn(inside).filter(name => !name.startsWith('.') && matchesPattern(basename(path), name))
  if (found.some(name => !/^[\x20-\x7e]+$/.test(name))) throw new Uncertain()
  return found.sort().map(name => join(inside, name))
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    throw new Uncertain()
  }
}

/** What changes whenever the file, or the list of names in the folder, does. */
function lookOf(path: string): string {
  try {
    const stats = statSync(path, { bigint: true })
    const { dev, ino, size, mtimeNs, ctimeNs } = stats
    const kind = stats.isFile() || path === '/dev/null' ? 'file' : stats.isDirectory() ? 'folder' : 'other'
    return [kind, dev, ino, size, mtimeNs, ctimeNs].join(' ')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return 'missing'
    throw new Uncertain()
  }
}

/** When what `lookOf` saw changed; of what is missing nothing did. */
function changedMs(seen: string): number {
  return seen === 'missing'
    ? Number.NEGATIVE_INFINITY
    : Number(BigInt(seen.split(' ').at(-1) ?? 0) / 1_000_000n)
}
