/** Hosts that an earlier run left out of a balancer: whom this one puts back before it takes out others. */
import { countPutBack } from '../around-outcomes.ts'
import type { HostRun } from '../host-run.ts'
import { isDone } from '../plan/planned-step.ts'
import type { RunOptions } from '../run-request.ts'
import { aroundsOf } from './drain.ts'
import { isOutSince } from './not-begun.ts'
import type { Around, OnBalancer } from './on-balancer.ts'
import type { Turns } from './turns.ts'

interface LeftOut {
  readonly other: HostRun
  readonly around: Around
}

export class LeftBefore {
  readonly #runs: readonly HostRun[]
  readonly #on: OnBalancer
  readonly #options: Pick<RunOptions, 'emit' | 'isPart'>
  /** By balancer. */
  readonly #left = new Map<string, Promise<readonly LeftOut[]>>()

  constructor(runs: readonly HostRun[], on: OnBalancer, options: Pick<RunOptions, 'emit' | 'isPart'>) {
    this.#runs = runs
    this.#on = on
    this.#options = options
  }

  /** Whoever an earlier run left out comes first: the balancer would else have none that serves. */
  async putBack(run: HostRun, { on }: Around, turns: Pick<Turns, 'after' | 'comesAfter'>): Promise<void> {
    let looking = this.#left.get(on)
    if (!looking) {
      looking = this.#lookFor(on)
      this.#left.set(on, looking)
    }
    const left = await looking
    if (left.some(each => each.other === run)) return
    for (const { other, around } of left) {
      const name = other.host.target.name
      if (this.#options.isPart) throw isOutSince(run.host.target.name, name, on)
      if (turns.comesAfter(other, run)) {
        this.#tell(
          `${name} stays out of ${on} until ${run.host.target.name} is done, which it comes after`,
          name,
        )
        continue
      }
      await turns.after(run, [name])
      if (!(await this.#on.putBack(name, around))) continue
      this.#tell(`${name} is put back into ${on}`, name)
      countPutBack(other, on, this.#options.emit)
    }
  }

  async #lookFor(on: string): Promise<readonly LeftOut[]> {
    const members = this.#runs.flatMap(other =>
      aroundsOf(other.planned?.map(each => each.step) ?? other.steps ?? [])
        .filter(around => around.on === on)
        .map(around => ({ other, around })),
    )
    const left: typeof members = []
    for (const member of members) {
      // Of a host that was not asked yet, steps may be made from what stands in for facts: they are as good as none.
      const looked = this.#on.look(member.around)
      const { back, out } = await (member.other.planned ? looked : looked.catch(() => nothing))
      if (isDone(out) && !isDone(back)) left.push(member)
    }
    return left
  }

  #tell(text: string, host: string): void {
    this.#options.emit({ event: 'note', host, text })
  }
}

const nothing: Awaited<ReturnType<OnBalancer['look']>> = { back: [], out: [] }
