/** Resolves what `ssh` would do for a destination: `ssh -G` is the only faithful reader of ssh configs. */
import { inputError, OpsError } from '../base/errors.ts'
import { ownUser } from '../base/own-user.ts'
import { AlikeHosts, type SshQuestion } from './alike-hosts.ts'
import { type Answer, askProgram } from './child-group.ts'
import { keptDefaults } from './ssh-defaults.ts'
import { keptSettings } from './ssh-kept-answers.ts'
import type { ConnectTarget } from './transport.ts'

/** The answer of `ssh -G`: every keyword in lower case with its values in order. */
export type SshSettings = ReadonlyMap<string, readonly string[]>

/** What is needed to log in, resolved. Paths are absolute, tokens expanded. */
export interface ResolvedHost {
  /** The name given to ssh, without `user@`. */
  readonly alias: string
  readonly hostname: string
  readonly user: string
  readonly port: number
  readonly settings: SshSettings
}

/**
 * Splits off `user@` and refuses whatever could be read as an option or as shell by a program that sees it.
 * @throws OpsError `input`; no process has been started then.
 */
export function checkDestination(target: Pick<ConnectTarget, 'name' | 'destination' | 'user'>): string {
  const at = target.destination.lastIndexOf('@')
  const host = target.destination.slice(at + 1)
  const user = target.user ?? (at >= 0 ? target.destination.slice(0, at) : undefined)
  for (const [what, value] of [
    ['host', target.destination],
    ['host', host],
    ['user', user],
  ] as const) {
    if (value === undefined) continue
    if (value === '' || value.startsWith('-') || /[\s'"`$\\;&<>|(){}\0-\x1f\x7f]/.test(value)) {
      throw inputError(`${JSON.stringify(value)} cannot be used as a ${what} name`, {
        host: target.name,
        detail: 'Names must not start with a dash, nor hold blanks, quotes or shell characters.',
        next: `Correct the ${what} name of ${target.name}.`,
      })
    }
  }
  return host
}

/** The `ssh` arguments that stand for the target's own choices; used for resolving and for the openssh backend. */
export function sshArguments(target: ConnectTarget): string[] {
  return [
    ...(target.sshConfigFile === undefined ? [] : ['-F', target.sshConfigFile]),
    ...(target.user === undefined ? [] : ['-l', target.user]),
    ...(target.port === undefined ? [] : ['-p', String(target.port)]),
    ...(target.identityFile === undefined ? [] : ['-i', target.identityFile, '-o', 'IdentitiesOnly=yes']),
  ]
}

const answers = new Map<string, Promise<SshSettings>>()

/** Asks `ssh -G` once per run for the same question, and not at all where the answer is known from that for another host. */
export async function resolveHost(target: ConnectTarget): Promise<ResolvedHost> {
  const alias = checkDestination(target)
  const words = sshArguments(target)
  const settings = await once([...words, '--', target.destination], () =>
    alikeHosts.settingsOf({
      name: target.destination,
      file: target.sshConfigFile,
      user: target.user,
      port: target.port,
      words,
      asker: target,
    }),
  )
  const hostname = one(settings, 'hostname') ?? alias
  const user = one(settings, 'user') ?? ownUser().username
  const port = Number(one(settings, 'port') ?? 22)
  checkDestination({ name: target.name, destination: hostname, user })
  return { alias, hostname, user, port, settings }
}

/** What this `ssh` does for any host when no config file is read: the base that settings are compared with. */
export function defaultSettings(): Promise<SshSettings> {
  const words = ['-F', 'none', '--', 'defaults.invalid']
  return once(words, () => keptDefaults(() => runSshG(words, { name: 'ssh' })))
}

/** The first value of a keyword; `none` and a missing keyword are the same. */
export function one(settings: SshSettings, keyword: string): string | undefined {
  const value = settings.get(keyword)?.[0]
  return value === undefined || value === 'none' ? undefined : value
}

/** Reads the output of `ssh -G`. */
export function parseSettings(text: string): SshSettings {
  const settings = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const blank = line.indexOf(' ')
    const keyword = (blank < 0 ? line : line.slice(0, blank)).toLowerCase()
    if (keyword === '') continue
    const values = settings.get(keyword) ?? []
    values.push(blank < 0 ? '' : line.slice(blank + 1).trim())
    settings.set(keyword, values)
  }
  return settings
}

type Asker = Pick<ConnectTarget, 'name' | 'connectTimeoutMs'>

const alikeHosts = new AlikeHosts<Asker>({
  settingsOf: question =>
    keptSettings(
      question,
      () => runSshG([...question.words, '--', question.name], question.asker),
      () => filesReadFor(question),
    ),
  filesReadFor,
})

async function filesReadFor({
  words,
  name,
  asker,
}: SshQuestion<Asker>): Promise<readonly string[] | undefined> {
  const { stderr, problem } = await askSsh(['-v', ...words, '--', name], asker)
  const files = [...stderr.matchAll(/^debug1: Reading configuration data (.*?)\r?$/gm)].map(found => found[1])
  return problem === undefined ? [...new Set(files.flatMap(file => file ?? []))] : undefined
}

function once(words: readonly string[], ask: () => Promise<SshSettings>): Promise<SshSettings> {
  const key = JSON.stringify(words)
  let answer = answers.get(key)
  if (!answer) {
    answer = ask()
    answers.set(key, answer)
    answer.catch(() => answers.delete(key))
  }
  return answer
}

const longestAnswerMs = 15_000

const timeoutMsOf = ({ connectTimeoutMs = longestAnswerMs }: Asker): number =>
  Math.min(connectTimeoutMs, longestAnswerMs)

/** Without a session to start, `ForkAfterAuthentication yes` asks for no command. */
const askSsh = (rest: readonly string[], asker: Asker): Promise<Answer> =>
  askProgram('ssh', ['-N', '-T', '-G', ...rest], timeoutMsOf(asker))

/** A config may run programs (`Match exec`), which may hang: then ssh does, too. */
async function runSshG(rest: readonly string[], asker: Asker): Promise<SshSettings> {
  const { name } = asker
  const { stdout, stderr, problem } = await askSsh(rest, asker)
  if (problem === undefined) return parseSettings(stdout)
  const texts = {
    missing: {
      title: 'the program ssh was not found',
      detail: 'ops asks `ssh -G` what your ssh config says about a host.',
      next: 'Install the OpenSSH client.',
    },
    silent: {
      title: `ssh did not read its configuration within ${timeoutMsOf(asker) / 1000} s`,
      detail: 'Most likely a program that the ssh config runs (`Match exec`) does not end.',
      next: `See what it waits for with: ssh -v -G ${rest.at(-1)}`,
    },
    failed: {
      title: 'ssh could not read its configuration',
      detail: stderr.trim(),
      next: 'Correct the file, then run the same command again.',
    },
  }[problem]
  throw new OpsError({ code: 'input', host: name, changed: 'no', ...texts })
}

/** A path as ssh prints it (`~/...`, percent tokens); undefined where it holds a token that is not known here. */
export function expandPath(path: string, host: Omit<ResolvedHost, 'settings'>): string | undefined {
  const { homedir, username, uid } = ownUser()
  const tokens: Record<string, string> = {
    '%%': '%',
    '%d': homedir,
    '%h': host.hostname,
    '%i': String(uid),
    '%k': host.alias,
    '%n': host.alias,
    '%p': String(host.port),
    '%r': host.user,
    '%u': username,
  }
  let unknown = false
  const expanded = path
    .replace(/^"(.*)"$/, '$1')
    .replace(/^~(?=\/|$)/, homedir)
    .replace(/%./g, token => {
      const value = tokens[token]
      if (value === undefined) unknown = true
      return value ?? token
    })
    .replace(/\$\{(\w+)\}/g, (whole, variable: string) => process.env[variable] ?? whole)
  return unknown ? undefined : expanded
}

/** Several paths on one line, as `ssh -G` prints known hosts files; blanks inside a path are kept. */
export function splitPaths(value: string): string[] {
  return value.split(/ +(?=[/~"%])/).filter(path => path !== '' && path !== 'none')
}
