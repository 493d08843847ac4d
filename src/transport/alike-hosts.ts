/**
 * Learns the answer of `ssh -G` for one host from that for another: where the ssh config holds the same lines for both, but for those
 * that name the machine and who logs in. What is not plain (`Match`, canonical names, quotes around names, tokens that ssh fills in) is
 * asked, as is whatever the answer for the first of them does not confirm.
 */
import { isIP } from 'node:net'
import { userInfo } from 'node:os'
import { type ConfigLine, SshConfigLines } from './ssh-config-lines.ts'

type Settings = ReadonlyMap<string, readonly string[]>

/** What tells two questions apart. */
export interface SshQuestion<Asker> {
  readonly name: string
  /** From `-F`. */
  readonly file: string | undefined
  readonly user: string | undefined
  readonly port: number | undefined
  /** All words before the name. */
  readonly words: readonly string[]
  /** Who asks: no part of the question. */
  readonly asker: Asker
}

type Named = Omit<SshQuestion<unknown>, 'asker'>

/** What a name has for itself. */
type Own = ReadonlyMap<string, string>

interface Likeness {
  /** Equal for two names where everything but `own` has to be. */
  readonly key: string
  readonly own: Own
  readonly shared: readonly ConfigLine[]
}

/** Whatever every ssh takes for these without changing or refusing it: some write a key alias in lower case. */
const plain: ReadonlyMap<string, RegExp> = new Map([
  ['hostname', /^(?:[A-Za-z0-9._-]|%h|%%)+$/],
  ['hostkeyalias', /^[a-z0-9._:[\]-]+$/],
  ['port', /^[1-9][0-9]{0,4}$/],
  ['user', /^[A-Za-z0-9._-]+$/],
])
const plainName = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/

/** One config as it was read; `firsts` are the hosts that ssh was asked about since. */
interface Config {
  readonly lines: SshConfigLines | undefined
  /** Whether ssh reads the same files. */
  readonly sound: Promise<boolean>
  readonly firsts: Map<string, Promise<{ readonly settings: Settings; readonly like: Likeness } | undefined>>
}

export interface SshAsker<Asker> {
  settingsOf(question: SshQuestion<Asker>): Promise<Settings>
  /** Which files ssh reads for this question; undefined where it does not say. */
  filesReadFor(question: SshQuestion<Asker>): Promise<readonly string[] | undefined>
}

/** The answers of one run. */
export class AlikeHosts<Asker> {
  readonly #ssh: SshAsker<Asker>
  readonly #askedBefore = new Set<string>()
  readonly #configs = new Map<string, Config>()

  constructor(ssh: SshAsker<Asker>) {
    this.#ssh = ssh
  }

  /** The answer of ssh, or one that is equal to it. */
  async settingsOf(question: SshQuestion<Asker>): Promise<Settings> {
    const config = this.#configFor(question)
    const like = config?.lines && likenessOf(config.lines, question)
    if (!config?.lines || !like) return this.#ssh.settingsOf(question)
    const first = config.firsts.get(like.key)
    if (first === undefined) return this.#askFirst(question, config.lines, config.firsts, like)
    const known = await first
    const learnt = known && (await config.sound) && learn(known.settings, like, question)
    return learnt || this.#ssh.settingsOf(question)
  }

  /** From the second question on: who has one host to ask about reads nothing. */
  #configFor(question: SshQuestion<Asker>): Config | undefined {
    const key = question.file ?? ''
    if (!this.#askedBefore.has(key)) {
      this.#askedBefore.add(key)
      return undefined
    }
    const known = this.#configs.get(key)
    if (known && (known.lines?.unchanged() ?? true)) return known
    const lines = SshConfigLines.read(question.file)
    const sound = lines ? this.#readsTheSame(question, lines) : Promise.resolve(false)
    const config: Config = { lines, sound, firsts: new Map() }
    this.#configs.set(key, config)
    return config
  }

  /** Another ssh may have its file for the whole system at another place. */
  async #readsTheSame(question: SshQuestion<Asker>, lines: SshConfigLines): Promise<boolean> {
    const files = await this.#ssh.filesReadFor(question)
    return files !== undefined && JSON.stringify(files) === JSON.stringify(lines.files)
  }

  #askFirst(
    question: SshQuestion<Asker>,
    lines: SshConfigLines,
    firsts: Config['firsts'],
    like: Likeness,
  ): Promise<Settings> {
    const answer = this.#ssh.settingsOf(question)
    const confirmed = (settings: Settings) => {
      const same = learn(settings, like, question)
      return same && isAs(same, settings) && lines.unchanged() ? { settings, like } : undefined
    }
    firsts.set(
      like.key,
      answer.then(confirmed, () => undefined),
    )
    return answer
  }
}

/** Undefined where a line for this name is not plain. */
function likenessOf(lines: SshConfigLines, question: Named): Likeness | undefined {
  if (!plainName.test(question.name)) return undefined
  const all = lines.of(question.name)
  if (!all) return undefined
  const own = new Map<string, string>()
  const given: readonly ConfigLine[] = [
    ...(question.user === undefined ? [] : [{ keyword: 'user', value: question.user }]),
    ...(question.port === undefined ? [] : [{ keyword: 'port', value: String(question.port) }]),
  ]
  const shared: ConfigLine[] = []
  for (const { keyword, value } of [...given, ...all]) {
    const form = plain.get(keyword)
    if (form === undefined) shared.push({ keyword, value })
    else {
      const word = value.replace(/[ \t]+#.*$/, '')
      if (!form.test(word) || (keyword === 'port' && Number(word) > 65_535)) return undefined
      if (!own.has(keyword)) own.set(keyword, word)
    }
  }
  const words = question.words.filter(
    (word, at, all) => ![word, all[at - 1]].some(each => each === '-l' || each === '-p'),
  )
  const key = JSON.stringify([words, own.has('hostkeyalias'), shared.map(line => Object.values(line))])
  return { key, own, shared }
}

/** The answer for a name from that for another one of its kind; undefined where it could differ in more than is known. */
function learn(first: Settings, { own, shared }: Likeness, { name }: Named): Settings | undefined {
  const hostname = hostnameOf(name, own)
  // ssh writes `10.1` and `42` as the addresses that they are short for.
  if (/^[0-9][0-9a-fx.]*$/i.test(hostname) && isIP(hostname) === 0) return undefined
  const settings = new Map(first)
  for (const { keyword, value } of shared) {
    // Where ssh prints a token as it stands, it does so for every name.
    if (value.includes('%') && keyword !== 'controlpath' && !first.get(keyword)?.includes(value))
      return undefined
    // ssh refuses a host that would be reached through itself.
    if (keyword === 'proxyjump' && jumpsOver(value, [name, hostname])) return undefined
  }
  // No part of ops uses the path of somebody else's control master, and ssh fills in its tokens.
  if (shared.some(line => line.keyword === 'controlpath' && /[%$~]/.test(line.value)))
    settings.delete('controlpath')
  if (settings.has('host')) settings.set('host', [name])
  settings.set('hostname', [hostname])
  settings.set('user', [own.get('user') ?? userInfo().username])
  settings.set('port', [own.get('port') ?? '22'])
  const alias = own.get('hostkeyalias')
  if (alias !== undefined) settings.set('hostkeyalias', [alias])
  return settings
}

function hostnameOf(name: string, own: Own): string {
  const written = own.get('hostname') ?? '%h'
  return written.replace(/%[h%]/g, token => (token === '%h' ? name : '%')).toLowerCase()
}

function jumpsOver(value: string, names: readonly string[]): boolean {
  const hops = value.toLowerCase().split(/[\s,@:/[\]]+/)
  return names.some(name => hops.includes(name.toLowerCase()))
}

/** Whether all that is in one stands in the other, too. */
function isAs(some: Settings, other: Settings): boolean {
  return [...some].every(([keyword, values]) => values.join('\n') === other.get(keyword)?.join('\n'))
}
