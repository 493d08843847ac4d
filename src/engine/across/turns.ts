/** Whose turn it is: a host begins once those that it comes after are done, whatever order they were named in. */
import type { Emit } from '../../run/events.ts'
import { type HostRun, isWell, settleError } from '../host-run.ts'
import { circle, notBegun } from './not-begun.ts'

export class Turns {
  readonly #byName: ReadonlyMap<string, HostRun>
  readonly #emit: Emit
  readonly #work: (run: HostRun) => Promise<void>
  readonly #begun = new Map<HostRun, Promise<void>>()
  /** Whom each of them waits for right now. */
  readonly #waiting = new Map<HostRun, HostRun>()

  constructor(runs: readonly HostRun[], emit: Emit, work: (run: HostRun) => Promise<void>) {
    this.#byName = new Map(runs.map(run => [run.host.target.name, run]))
    this.#emit = emit
    this.#work = work
  }

  /** Begins a host, unless another one that needs it has done so, and waits for its end. Answers whether it came off. */
  async take(run: HostRun): Promise<boolean> {
    let coming = this.#begun.get(run)
    if (!coming) {
      coming = this.#begin(run)
      this.#begun.set(run, coming)
    }
    await coming
    return isWell(run)
  }

  /** A host that is not begun any more; one that another host has begun comes to its own end. */
  async leave(run: HostRun, settled: () => void | Promise<void>): Promise<void> {
    if (this.#begun.has(run)) await this.take(run)
    else {
      this.#begun.set(run, Promise.resolve())
      await settled()
    }
  }

  /** Waits for all that a host comes after; one that did not come off ends it. */
  async isReady(run: HostRun): Promise<boolean> {
    try {
      await this.after(run, run.after ?? [])
      return true
    } catch (thrown) {
      settleError(run, this.#emit, thrown)
      return false
    }
  }

  /** Waits for these hosts of the run. @throws NotBegun where one of them did not come off, OpsError where they wait for one another. */
  async after(run: HostRun, names: readonly string[]): Promise<void> {
    for (const name of names) {
      const other = this.#byName.get(name)
      if (!other || other === run) continue
      const chain = this.#chainFrom(other)
      if (chain.includes(run)) throw circle([run, ...chain.slice(0, -1)].map(each => each.host.target.name))
      this.#waiting.set(run, other)
      if (!other.summary)
        this.#emit({
          event: 'waiting',
          host: run.host.target.name,
          for: 'host',
          text: `waiting for ${name}`,
        })
      try {
        if (!(await this.take(other))) throw notBegun(run.host.target.name, name, other.summary?.status)
      } finally {
        this.#waiting.delete(run)
      }
    }
  }

  /** Whether it comes after the other one, be it by way of further hosts. */
  comesAfter(run: HostRun, other: HostRun): boolean {
    const found = new Set<HostRun>([run])
    for (const each of found) {
      const names = [...(each.after ?? []), this.#waiting.get(each)?.host.target.name ?? '']
      for (const before of names.flatMap(name => this.#byName.get(name) ?? [])) {
        if (before === other) return true
        found.add(before)
      }
    }
    return false
  }

  async #begin(run: HostRun): Promise<void> {
    if (!run.summary) await this.#work(run)
  }

  #chainFrom(run: HostRun): readonly HostRun[] {
    const chain: HostRun[] = []
    for (let each: HostRun | undefined = run; each; each = this.#waiting.get(each)) chain.push(each)
    return chain
  }
}
