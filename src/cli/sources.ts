/** Hosts beside a run that its steps read values of: found when they are named, which may be late. */
import { type ErrorData, inputError } from '../base/errors.ts'
import { asksOf } from '../engine/across/asks-of.ts'
import type { Evaluate } from '../engine/plan/plan-host.ts'
import type { SelectedHost } from '../inventory/select.ts'
import { collected } from './collected.ts'
import type { CommonSettings } from './flags.ts'
import { type Chosen, chooseReachable } from './targets.ts'

export class Sources {
  readonly #chosen: Chosen
  readonly #settings: CommonSettings
  readonly #found = new Map<string, Promise<SelectedHost>>()

  constructor(chosen: Chosen, { limitTo: _all, ...settings }: CommonSettings) {
    this.#chosen = chosen
    this.#settings = settings
  }

  /** @throws InputErrors where no host can be meant. */
  of(name: string): Promise<SelectedHost> {
    const before = this.#found.get(name)
    if (before) return before
    const finding = this.#find(name)
    this.#found.set(name, finding)
    return finding
  }

  /** Those that show before any host is asked; what is wrong with them is added to `errors`. */
  async named(
    evaluations: ReadonlyMap<SelectedHost, Evaluate>,
    errors: ErrorData[],
  ): Promise<readonly SelectedHost[]> {
    const names = new Set<string>()
    for (const evaluate of evaluations.values())
      if ('needs' in (await evaluate())) for (const { host } of await asksOf(evaluate)) names.add(host)
    const found: SelectedHost[] = []
    for (const name of names) {
      const host = await collected(errors, () => this.of(name))
      if (host) found.push(host)
    }
    return found
  }

  async #find(name: string): Promise<SelectedHost> {
    const own = this.#chosen.hosts.find(host => host.name === name)
    const [host] = own ? [own] : (await chooseReachable([name], this.#settings)).hosts
    if (!host) throw inputError(`fromHost: ${name} means no host`)
    return host
  }
}
