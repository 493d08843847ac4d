/** From the HOST words of a command line to hosts, in order and each once. */
import { readFileSync } from 'node:fs'
import { type ErrorData, InputErrors, inputError } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'
import type { ConnectTarget } from '../transport/transport.ts'
import { addressText, type HostAddress, isIpAddress, parseAddress } from './address.ts'
import { isGlob, matchesGlob } from './glob.ts'
import { groupsByHost } from './groups-by-host.ts'
import { type Inventory, type InventoryHost, specialHosts } from './inventory.ts'
import { type SshNames, sshNames } from './ssh-names.ts'

export interface SelectedHost {
  /** As reports call it: the name in ops.ini, or the word that was written. */
  readonly name: string
  /** For people and recipes; `local` and `sandbox` are their own. */
  readonly address: string
  /** Groups of ops.ini that it is in, also through other groups. */
  readonly groups: readonly string[]
  /** A `sandbox` must be opened first; its destination is not one of ssh. */
  readonly kind: 'ssh' | 'local' | 'sandbox'
  readonly target: ConnectTarget
}

export interface SelectOptions {
  /** From `-F`. */
  readonly sshConfigFile?: string
}

/**
 * Resolves names, groups, globs, ssh config names and addresses; the same address runs once, under its first name.
 * Nothing is contacted and no name is looked up: for names that stand for one machine see `mergeSameHosts`.
 * @throws InputErrors with every word that names no host.
 */
export function selectHosts(
  inventory: Inventory,
  words: readonly string[],
  { sshConfigFile }: SelectOptions = {},
): readonly SelectedHost[] {
  const errors: ErrorData[] = []
  const selection = new Selection(inventory, sshConfigFile, errors)
  for (const word of words) selection.add(word)
  if (errors.length > 0) throw new InputErrors(errors)
  return [...selection.hosts.values()]
}

/** For whoever gave the name of a database where a host or a recipe is wanted, else empty; ends in a blank. */
export function databaseMeant({ databases }: Inventory, word: string): string {
  return databases.has(word)
    ? `${word} is a database of ops.ini: did you mean a verb of \`ops db\`, such as \`ops db check ${word}\`, or \`ops job history\`? `
    : ''
}

/** Members of groups that stand for no host, with what whoever names such a group is told. */
export function unknownMembers(
  inventory: Inventory,
  { sshConfigFile }: SelectOptions = {},
): ReadonlyMap<string, ErrorData> {
  const errors: ErrorData[] = []
  const selection = new Selection(inventory, sshConfigFile, errors)
  const found = new Map<string, ErrorData>()
  for (const { name, members } of inventory.groups.values())
    for (const member of members.filter(each => !inventory.hosts.has(each) && !inventory.groups.has(each))) {
      selection.add(member, name)
      // A host that a glob stands for may have a fault of its own.
      const error = errors.splice(0).find(({ title }) => title.startsWith(`group ${name}: `))
      if (error) found.set(member, error)
    }
  return found
}

/** Collects hosts in order; groups are expanded once however often they are named. */
class Selection {
  /** By address: what is named twice is here once. */
  readonly hosts = new Map<string, SelectedHost>()
  readonly #seenWords = new Set<string>()
  readonly #inventory: Inventory
  readonly #sshConfigFile: string | undefined
  readonly #errors: ErrorData[]
  #ssh: SshNames | undefined
  #groupsByHost: ReadonlyMap<string, readonly string[]> | undefined

  constructor(inventory: Inventory, sshConfigFile: string | undefined, errors: ErrorData[]) {
    this.#inventory = inventory
    this.#sshConfigFile = sshConfigFile
    this.#errors = errors
  }

  add(word: string, group?: string): void {
    if (this.#seenWords.has(word)) return
    this.#seenWords.add(word)
    const host = this.#inventory.hosts.get(word)
    const inner = this.#inventory.groups.get(word)
    if (host?.problem !== undefined) this.#refuseHost(host, host.problem)
    else if (host) this.#put(host.name, host.address)
    else if (inner) for (const member of inner.members) this.add(member, inner.name)
    else if (word === 'local' || word === 'sandbox') this.#putSpecial(word)
    else if (isGlob(word)) this.#addGlob(word, group)
    else if (word === 'all' && !this.#sshConfig().literal.has(word)) this.#addAll(group)
    else this.#addAddress(word, group)
  }

  /** Names of ops.ini; only where none of them fits, those of the ssh config, and never all of them. */
  #addGlob(glob: string, group: string | undefined): void {
    const own = [...this.#inventory.hosts.keys()].filter(name => matchesGlob(glob, name))
    const names =
      own.length > 0 || /^[*?]+$/.test(glob)
        ? own
        : this.#sshLiterals().filter(name => matchesGlob(glob, name))
    for (const name of names) this.add(name, group)
    if (names.length > 0) return
    this.#refuse(
      `no host matches ${glob}`,
      group,
      '`ops hosts` lists the names; quote a glob, or the shell expands it to file names.',
    )
  }

  /** Every host of the inventory, where nothing else has this name. */
  #addAll(group: string | undefined): void {
    for (const name of this.#inventory.hosts.keys()) this.add(name, group)
    if (this.#inventory.hosts.size > 0) return
    this.#refuse(
      'all means every host of ops.ini, and it has none',
      group,
      'Write hosts into `[hosts]` of ops.ini, or name one: user@host:port.',
    )
  }

  #addAddress(word: string, group: string | undefined): void {
    const address = parseAddress(word)
    if ('problem' in address) {
      this.#refuse(
        `${JSON.stringify(clip(word))} is not a host${address.problem === `${JSON.stringify(word)} is not a host name` ? ' name' : `: ${address.problem}`}`,
        group,
        'Write a name that `ops hosts` lists, or user@host:port.',
      )
    } else if (this.#isPlausible(address)) this.#put(word, address)
    else {
      const near = databaseMeant(this.#inventory, word) || didYouMean(word, this.#names())
      this.#refuse(
        `there is no host ${word}`,
        group,
        `${near}\`ops hosts\` lists the names of ops.ini and of the ssh config; a host of neither is written user@${address.host}.`,
      )
    }
  }

  /**
   * A bare word that nothing knows is a typing error far more often than a name of the local network. What says more
   * of itself (a user, a port, a domain, an IP address) is taken as it is.
   */
  #isPlausible({ host, user, port }: HostAddress): boolean {
    if (user !== undefined || port !== undefined || host.includes('.') || isIpAddress(host)) return true
    const ssh = this.#sshConfig()
    return (
      ssh.asksPrograms ||
      ssh.literal.has(host) ||
      ssh.patterns.some(pattern => matchesGlob(pattern, host)) ||
      namesOfThisMachine().has(host)
    )
  }

  #put(name: string, address: HostAddress): void {
    const text = addressText(address)
    const key = addressKey(address)
    if (this.hosts.has(key)) return
    const { host, user, port } = address
    const target: ConnectTarget = {
      name,
      destination: host,
      ...(user !== undefined && { user }),
      ...(port !== undefined && { port }),
    }
    this.hosts.set(key, { name, address: text, groups: this.#groupsOf(name), kind: 'ssh', target })
  }

  #putSpecial(name: 'local' | 'sandbox'): void {
    const target: ConnectTarget = {
      name,
      destination: name,
      ...(name === 'local' && { backend: 'local' as const }),
    }
    this.hosts.set(name, { name, address: name, groups: this.#groupsOf(name), kind: name, target })
  }

  #refuseHost({ name, where }: InventoryHost, problem: string): void {
    const next = 'Mend its line, leave it out, or name it by an address: user@host:port.'
    this.#errors.push(inputError(`host ${name}: ${problem}`, { where, next }).data)
  }

  #refuse(title: string, group: string | undefined, next: string): void {
    const from = group === undefined ? undefined : this.#inventory.groups.get(group)
    this.#errors.push(
      inputError(from ? `group ${from.name}: ${title}` : title, { ...(from && { where: from.where }), next })
        .data,
    )
  }

  #names(): readonly string[] {
    return [
      ...this.#inventory.hosts.keys(),
      ...this.#inventory.groups.keys(),
      ...specialHosts,
      ...this.#sshLiterals(),
    ]
  }

  #sshLiterals(): readonly string[] {
    return [...this.#sshConfig().literal.keys()]
  }

  #sshConfig(): SshNames {
    this.#ssh ??= sshNames(this.#sshConfigFile)
    return this.#ssh
  }

  #groupsOf(name: string): readonly string[] {
    this.#groupsByHost ??= groupsByHost(this.#inventory)
    return this.#groupsByHost.get(name) ?? []
  }
}

/** Two accounts of one machine are two hosts to log in to. */
function addressKey({ host, port, user }: HostAddress): string {
  const name = host.toLowerCase().replace(/\.$/, '')
  return addressText({ host: name, port: port ?? 22, ...(user !== undefined && { user }) })
}

/** /etc/hosts: names that are known without asking anybody. */
function namesOfThisMachine(): ReadonlySet<string> {
  try {
    const lines = readFileSync('/etc/hosts', 'utf8').split('\n')
    return new Set(lines.flatMap(line => line.replace(/#.*/, '').trim().split(/\s+/).slice(1)))
  } catch {
    return new Set(['localhost'])
  }
}

function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}
