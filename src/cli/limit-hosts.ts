/** `--limit WORDS`: the only hosts that are wanted of those that were named, and those to leave out. */
import { inputError } from '../base/errors.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { type MergeOptions, machineKey, type ResolveTarget } from '../inventory/same-hosts.ts'
import { type SelectedHost, selectHosts } from '../inventory/select.ts'
import { sshNames } from '../inventory/ssh-names.ts'

/**
 * A word means hosts by their names and by where they lead; under any user, where it names none itself and no host fits
 * with its user, or where each machine runs once. A `!word` that leaves out nothing is an error: the run would touch the
 * very host that somebody meant to spare.
 * @throws OpsError `input` for that and where nothing is left, InputErrors for words that name no host.
 */
export async function limitHosts(
  hosts: readonly SelectedHost[],
  inventory: Inventory,
  words: readonly string[],
  resolve: ResolveTarget,
  { sshConfigFile, once }: MergeOptions,
): Promise<readonly SelectedHost[]> {
  if (hosts.length === 0) return hosts
  const config = sshConfigFile === undefined ? {} : { sshConfigFile }
  const places = new Places(resolve, sshNames(sshConfigFile).renames)
  const named = `Without it there are ${hosts.map(host => host.name).join(', ')}.`
  const [wanted, unwanted] = [new Set<SelectedHost>(), new Set<SelectedHost>()]
  for (const word of words) {
    const isNot = word.startsWith('!')
    const bare = isNot ? word.slice(1) : word
    const meant = selectHosts(inventory, [bare], config)
    const isNamed = (host: SelectedHost): boolean => host.name.toLowerCase() === bare.toLowerCase()
    const exact = await filtered(hosts, async host => isNamed(host) || (await places.hasAccount(meant, host)))
    const isWide = !bare.includes('@') && (exact.length === 0 || (isNot && once === 'machine'))
    const wide = isWide ? await filtered(hosts, host => places.hasMachine(meant, host)) : []
    if (isNot && exact.length + wide.length === 0)
      throw inputError(`--limit ${word} leaves out no host: none of those named is ${bare}`, { next: named })
    for (const host of [...exact, ...wide]) (isNot ? unwanted : wanted).add(host)
  }
  const takesAll = words.every(word => word.startsWith('!'))
  const left = hosts.filter(host => (takesAll || wanted.has(host)) && !unwanted.has(host))
  if (left.length > 0) return left
  throw inputError(`--limit ${words.join(',')} leaves no host`, { next: named })
}

/** Where hosts lead; where names may stand for others, the ssh config is asked for what. */
class Places {
  readonly #resolve: ResolveTarget
  readonly #renames: boolean

  constructor(resolve: ResolveTarget, renames: boolean) {
    this.#resolve = resolve
    this.#renames = renames
  }

  hasAccount(meant: readonly SelectedHost[], host: SelectedHost): Promise<boolean> {
    return some(meant, async other => {
      if (other.address === host.address) return true
      return (
        (await this.#isOneMachine(other, host)) && (await this.#userOf(other)) === (await this.#userOf(host))
      )
    })
  }

  hasMachine(meant: readonly SelectedHost[], host: SelectedHost): Promise<boolean> {
    return some(meant, other => this.#isOneMachine(other, host))
  }

  async #isOneMachine(one: SelectedHost, other: SelectedHost): Promise<boolean> {
    return (await this.#machineOf(one)) === (await this.#machineOf(other))
  }

  async #machineOf({ kind, target }: SelectedHost): Promise<string> {
    if (kind !== 'ssh') return kind
    if (!this.#renames) return machineKey(target.destination, target.port ?? 22)
    const { hostname, port } = await this.#resolve(target)
    return machineKey(hostname, port)
  }

  async #userOf({ kind, target }: SelectedHost): Promise<string> {
    return target.user ?? (kind === 'ssh' ? (await this.#resolve(target)).user : '')
  }
}

async function some<Item>(items: readonly Item[], test: (item: Item) => Promise<boolean>): Promise<boolean> {
  for (const item of items) if (await test(item)) return true
  return false
}

async function filtered<Item>(
  items: readonly Item[],
  test: (item: Item) => Promise<boolean>,
): Promise<readonly Item[]> {
  const kept: Item[] = []
  for (const item of items) if (await test(item)) kept.push(item)
  return kept
}
