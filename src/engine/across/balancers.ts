/** Takes hosts out of their balancers while they change, and puts them back once their steps hold. */
import { setTimeout as pause } from 'node:timers/promises'
import { type ErrorData, errorDataOf, OpsError } from '../../base/errors.ts'
import { HostLink } from '../../run/host-link.ts'
import { newRunName } from '../../run/run-id.ts'
import { applyHost } from '../apply/apply-host.ts'
import { linkContext } from '../apply/link-context.ts'
import type { Around as AroundOf, Surrounded } from '../around.ts'
import type { HostRun } from '../host-run.ts'
import { type HostPlanned, planHost } from '../plan/plan-host.ts'
import type { PlannedStep } from '../plan/planned-step.ts'
import type { RunOptions } from '../run-request.ts'
import type { Step } from '../step.ts'
import { aroundsOf } from './drain.ts'
import { notBegun } from './not-begun.ts'
import { Permits } from './permits.ts'
import type { Turns } from './turns.ts'

type Options = Pick<RunOptions, 'emit' | 'interrupt' | 'purpose' | 'waitForLock' | 'balancers' | 'rollOut'>

type Around = AroundOf<Step>

interface LeftOut {
  readonly other: HostRun
  readonly around: Around
}

export class Balancers {
  readonly #options: Options
  readonly #runs: readonly HostRun[]
  readonly #permits: Permits
  /** What is done on a balancer is done there one after the other. */
  readonly #last = new Map<string, Promise<unknown>>()
  /** By balancer, whom an earlier run left out. */
  readonly #leftBefore = new Map<string, Promise<readonly LeftOut[]>>()
  #failed: string | undefined

  constructor(runs: readonly HostRun[], options: Options) {
    this.#runs = runs
    this.#options = options
    this.#permits = new Permits(options.rollOut?.batch ?? 1)
  }

  /** Undefined for a host that is behind none. */
  around(run: HostRun, turns: Pick<Turns, 'after'>): Surrounded | undefined {
    const arounds = aroundsOf((run.planned ?? []).map(each => each.step))
    if (arounds.length === 0) return undefined
    const host = run.host.target.name
    const out: Around[] = []
    let isIn = false
    return {
      before: async () => {
        for (const around of arounds) await this.#othersBack(run, around, turns)
        await this.#permits.take()
        isIn = true
        if (this.#failed !== undefined) throw notBegun(host, this.#failed)
        for (const around of arounds) if (await this.#takeOut(host, around)) out.push(around)
        const seconds = Math.max(...arounds.map(each => each.pauseSeconds))
        if (out.length > 0 && seconds > 0) await this.#pause(seconds)
      },
      after: async isWell => {
        try {
          if (!isWell) return out.length > 0 ? this.#staysOut(host, out) : undefined
          for (const around of arounds) await this.#putBack(host, around, out.includes(around))
          return undefined
        } catch (thrown) {
          const error = errorDataOf(thrown)
          return { ...error, host, ...this.#staysOut(host, arounds), detail: `${error.host}: ${error.title}` }
        } finally {
          if (isIn) this.#permits.give()
        }
      },
    }
  }

  /** Names of balancers that were left without this host. What a balancer of this run sees to itself is told in its own plan. */
  async leftOut(run: HostRun): Promise<readonly string[]> {
    const names: string[] = []
    for (const around of aroundsOf((run.planned ?? []).map(each => each.step))) {
      if (this.#seesToIt(around)) continue
      const { back, out } = await this.#look(around)
      if (isDone(out) && !isDone(back)) names.push(around.on)
    }
    return names
  }

  /** Whoever an earlier run left out comes first: the balancer would else have none that serves. */
  async #othersBack(run: HostRun, { on }: Around, turns: Pick<Turns, 'after'>): Promise<void> {
    let looking = this.#leftBefore.get(on)
    if (!looking) {
      looking = this.#lookForLeft(on)
      this.#leftBefore.set(on, looking)
    }
    const left = await looking
    if (left.some(each => each.other === run)) return
    for (const { other, around } of left) {
      await turns.after(run, [other.host.target.name])
      await this.#putBack(other.host.target.name, around, true)
    }
  }

  async #lookForLeft(on: string): Promise<readonly LeftOut[]> {
    const members = this.#runs.flatMap(other =>
      aroundsOf(other.planned?.map(each => each.step) ?? other.steps ?? [])
        .filter(around => around.on === on)
        .map(around => ({ other, around })),
    )
    const left: typeof members = []
    for (const member of members) {
      const { back, out } = await this.#look(member.around)
      if (isDone(out) && !isDone(back)) left.push(member)
    }
    return left
  }

  /** Answers whether the host is out now. */
  async #takeOut(host: string, around: Around): Promise<boolean> {
    const { back, out } = await this.#look(around)
    const wrong = out.find(each => each.error)
    if (isDone(out)) {
      this.#tell(host, `is out of ${around.on} already`)
      return true
    }
    if (wrong?.error) {
      // It has never been put in: there is nothing that it could be taken out of.
      if (!isDone(back)) return false
      throw new OpsError(wrong.error)
    }
    await this.#bring(host, around, around.out, 'out')
    this.#tell(host, `is taken out of ${around.on}`)
    return true
  }

  async #putBack(host: string, around: Around, isOut: boolean): Promise<void> {
    if (!isOut && this.#seesToIt(around)) return
    if (await this.#bring(host, around, around.in, 'back in'))
      this.#tell(host, `is put back into ${around.on}`)
  }

  /** Whether the balancer is in the run with the very same steps as its own, which come after those of this host. */
  #seesToIt({ on, in: back }: Around): boolean {
    const name = this.#options.balancers?.get(on)?.target.name
    const own = this.#runs.find(run => run.host.target.name === name)
    const names = new Set(own?.steps?.map(bareName))
    return own !== undefined && back.every(step => names.has(bareName(step)))
  }

  #look(
    around: Around,
  ): Promise<{ readonly back: readonly PlannedStep[]; readonly out: readonly PlannedStep[] }> {
    return this.#onBalancer(around, async link => {
      const { planned } = await this.#plan(link, [...around.in, ...around.out])
      return { back: planned.slice(0, around.in.length), out: planned.slice(around.in.length) }
    })
  }

  /** Does steps on the balancer. Answers whether there was anything to do. */
  #bring(host: string, around: Around, steps: readonly Step[], way: string): Promise<boolean> {
    const { interrupt, waitForLock = false } = this.#options
    return this.#onBalancer(around, async link => {
      const { planned, login } = await this.#plan(link, steps)
      const wrong = planned.find(each => each.error)?.error
      if (wrong) throw new OpsError(wrong)
      if (isDone(planned)) return false
      const purpose = `${this.#options.purpose ?? 'apply'}: ${host} ${way}`
      const context = await linkContext(link, planned, {
        emit: event => {
          if (event.event === 'waiting') this.#options.emit(event)
        },
        interrupt,
        purpose,
        record: { ...newRunName(), purpose },
        waitForLock,
        planAgain: true,
        login,
      })
      const { status, errors } = await applyHost(context)
      if (status !== 'ok')
        throw new OpsError(errors[0] ?? { code: 'failed', title: `${around.on}: ${status}` })
      return true
    })
  }

  #plan(link: HostLink, steps: readonly Step[]): Promise<HostPlanned> {
    return link.open().then(session =>
      planHost(session, () => ({ steps }), {
        key: link.key,
        loginUser: () => link.loginUser(),
        wantsDetail: true,
        emit: () => undefined,
      }),
    )
  }

  /** A login of its own each time: a balancer that is in the run itself is free for that in between. */
  async #onBalancer<T>({ on }: Around, work: (link: HostLink) => Promise<T>): Promise<T> {
    const reached = this.#options.balancers?.get(on)
    if (!reached) throw new Error(`nobody said how ${on} is reached`)
    const before = this.#last.get(on) ?? Promise.resolve()
    const coming = before.then(async () => {
      const link = new HostLink(reached.target, reached.become, () => undefined)
      try {
        return await work(link)
      } finally {
        await link.close()
      }
    })
    this.#last.set(
      on,
      coming.catch(() => undefined),
    )
    return coming
  }

  #staysOut(host: string, arounds: readonly Around[]): ErrorData {
    this.#failed = host
    const names = arounds.map(each => each.on).join(' and ')
    return {
      code: 'failed',
      title: `${host} stays out of ${names}, and no other host is taken out`,
      host,
      changed: 'yes',
      next: `Mend ${host}, then run the same command again: it is put back once its steps hold.`,
    }
  }

  #tell(host: string, what: string): void {
    this.#options.emit({ event: 'note', host, text: `${host} ${what}` })
  }

  async #pause(seconds: number): Promise<void> {
    const ended = new AbortController()
    const stop = this.#options.interrupt.listen(() => ended.abort())
    await pause(seconds * 1000, undefined, { signal: ended.signal }).catch(() => undefined)
    stop()
  }
}

const isDone = (planned: readonly PlannedStep[]): boolean =>
  planned.every(each => !each.change && !each.error)

/** Without the parts that it came through. */
const bareName = ({ name }: Step): string => name.replace(/^[\w/ -]+: /, '')
