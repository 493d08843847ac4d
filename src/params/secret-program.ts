/** Secrets that another program keeps: `age:FILE`, `sops:FILE#key`, `op://...`, `bw:item/field`, `vault:path#field`, `cmd:PROGRAM ARGS`. */
import { type ExecFileException, execFile } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Secret } from '../base/secret.ts'

/** `next` says what to do, where the problem does not say so itself. */
export type FetchedSecret = { readonly value: Secret } | { readonly problem: string; readonly next?: string }

/** What to run, and how its output is the secret. */
interface Request {
  readonly program: string
  readonly argv: readonly string[]
  /** Undefined where the answer holds no such thing. */
  readonly pick?: (output: string) => string | undefined
}

/** Unquoted, what stands behind it is a comment. */
const quoted = ', in ops.ini with quotation marks around it'

const forms: Readonly<Record<string, (rest: string) => Request | string>> = {
  'cmd:': rest => {
    const [program, ...argv] = wordsOf(rest) ?? []
    return program === undefined ? 'write cmd:PROGRAM ARGS' : { program, argv }
  },
  'age:': file =>
    file === '' ? 'write age:FILE' : { program: 'age', argv: ['--decrypt', ...ageIdentity(), '--', file] },
  'sops:': rest => {
    const [file = '', key = ''] = rest.split('#', 2)
    if (file === '' || key === '') return `write sops:FILE#key${quoted}`
    const path = key.split('.').map(each => `["${each.replaceAll('"', '\\"')}"]`)
    return { program: 'sops', argv: ['--decrypt', '--extract', path.join(''), file] }
  },
  'op://': rest => ({ program: 'op', argv: ['read', '--no-newline', `op://${rest}`] }),
  'bw:': rest => {
    const at = rest.lastIndexOf('/')
    const [item, field] = at < 0 ? [rest, 'password'] : [rest.slice(0, at), rest.slice(at + 1)]
    if (item === '' || field === '') return 'write bw:ITEM/FIELD'
    if (['password', 'username', 'notes', 'totp'].includes(field))
      return { program: 'bw', argv: ['get', field, item] }
    return { program: 'bw', argv: ['get', 'item', item], pick: output => fieldOf(output, field) }
  },
  'vault:': rest => {
    const [path = '', field = ''] = rest.split('#', 2)
    if (path === '' || field === '') return `write vault:PATH#FIELD${quoted}`
    return { program: 'vault', argv: ['kv', 'get', `-field=${field}`, path] }
  },
}

/** True for a text that names a program to ask, and so holds no secret itself. */
export function isSecretReference(text: unknown): text is string {
  return typeof text === 'string' && Object.keys(forms).some(form => text.startsWith(form))
}

/** Each is asked for once in a run; what came is kept in memory alone. */
const asked = new Map<string, Promise<FetchedSecret>>()

/** Asks the program. File names begin at `cwd`, which is where it runs, without a shell. */
export function fetchSecret(reference: string, cwd: string): Promise<FetchedSecret> {
  const key = `${cwd}\n${reference}`
  const before = asked.get(key)
  if (before) return before
  const form = Object.keys(forms).find(each => reference.startsWith(each)) ?? 'cmd:'
  const request = forms[form]?.(reference.slice(form.length)) ?? 'there is no such form'
  const answer = typeof request === 'string' ? Promise.resolve({ problem: request }) : run(request, cwd)
  const told = answer.then(each =>
    'problem' in each ? { problem: `${shown(reference)}: ${each.problem}` } : each,
  )
  asked.set(key, told)
  return told
}

const largestBytes = 1_048_576
const defaultSeconds = 60
const mostSeconds = 86_400

function run({ program, argv, pick = output => output }: Request, cwd: string): Promise<FetchedSecret> {
  const wish = process.env.OPS_SECRET_TIMEOUT || String(defaultSeconds)
  const seconds = Number(wish)
  if (!(seconds > 0 && seconds <= mostSeconds))
    return Promise.resolve({
      problem: `OPS_SECRET_TIMEOUT=${wish} is no number of seconds up to ${mostSeconds}`,
    })
  if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory())
    return Promise.resolve({ problem: `${program} cannot be started in ${cwd}, which is no folder` })
  const options = { cwd, timeout: seconds * 1000, killSignal: 'SIGKILL', maxBuffer: largestBytes } as const
  return new Promise(resolve => {
    const child = execFile(program, [...argv], options, (error, stdout, stderr) => {
      if (error) return resolve({ problem: problemOf(program, error, stderr, seconds) })
      // One line feed at the end is the program's, never a part of a password.
      const text = pick(stdout)?.replace(/\r?\n$/, '')
      if (text === undefined) resolve({ problem: `${program} knows no such field` })
      else resolve(text === '' ? { problem: `${program} gave nothing` } : { value: new Secret(text) })
    })
    // Whatever it wants to ask, it asks on the terminal; what stands on our standard input is not for it.
    child.stdin?.end()
  })
}

function problemOf(
  program: string,
  error: Pick<ExecFileException, 'code' | 'killed'>,
  stderr: string,
  seconds: number,
): string {
  if (error.code === 'ENOENT') return `${program} is not installed here, or not in PATH`
  if (error.code === 'EACCES')
    return `${program} may not be started by you: it is no program, or not yours to run`
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return `${program} gave more than 1 MiB`
  if (error.killed) return `${program} gave nothing within ${seconds} s (OPS_SECRET_TIMEOUT gives it more)`
  const said = stderr.trim().slice(-1000)
  if (typeof error.code === 'string') return `${program} cannot be started (${error.code})`
  const ended = typeof error.code === 'number' ? `ended with ${error.code}` : 'failed'
  return `${program} ${ended}${said === '' ? ', and said nothing' : `: ${said}`}`
}

/** Where age finds its key: it has no place of its own for that. */
function ageIdentity(): readonly string[] {
  const { OPS_AGE_IDENTITY, SOPS_AGE_KEY_FILE } = process.env
  const config = join(homedir(), '.config')
  const usual = [join(config, 'age', 'keys.txt'), join(config, 'sops', 'age', 'keys.txt')].find(existsSync)
  const file = OPS_AGE_IDENTITY || SOPS_AGE_KEY_FILE || usual
  return file === undefined ? [] : ['--identity', file]
}

/** A custom field of an item, as `bw get item` prints it. */
function fieldOf(output: string, field: string): string | undefined {
  try {
    const { fields = [] }: { fields?: { name?: string; value?: string }[] } = JSON.parse(output)
    return fields.find(each => each.name === field)?.value
  } catch {
    return undefined
  }
}

/** Words between blanks; quotation marks hold blanks together. Undefined where one has no partner. */
function wordsOf(text: string): readonly string[] | undefined {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (const character of text) {
    if (quote !== '' && character === quote) quote = ''
    else if (quote === '' && (character === "'" || character === '"')) {
      quote = character
      word ??= ''
    } else if (quote === '' && /\s/.test(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = `${word ?? ''}${character}`
  }
  if (quote !== '') return undefined
  return word === undefined ? words : [...words, word]
}

function shown(reference: string): string {
  return reference.length > 100 ? `${reference.slice(0, 97)}...` : reference
}
