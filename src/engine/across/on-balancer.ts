/** Looks at balancers and changes them: each time in a login of its own, one after the other on each of them. */
import { setTimeout as pause } from 'node:timers/promises'
import { OpsError } from '../../base/errors.ts'
import { HostLink } from '../../run/host-link.ts'
import { Interrupt } from '../../run/interrupt.ts'
import { newRunName } from '../../run/run-id.ts'
import { applyHost } from '../apply/apply-host.ts'
import type { ApplyResult } from '../apply/context.ts'
import { linkContext } from '../apply/link-context.ts'
import type { Around as AroundOf } from '../around.ts'
import { type HostPlanned, planHost } from '../plan/plan-host.ts'
import { isDone, type PlannedStep } from '../plan/planned-step.ts'
import type { RunOptions } from '../run-request.ts'
import type { Step } from '../step.ts'

export type Around = AroundOf<Step>

type Options = Pick<RunOptions, 'emit' | 'interrupt' | 'purpose' | 'waitForLock' | 'balancers'>

/** How often, a second apart, a balancer that another run holds is asked to have a host back. */
const backTries = 60

export class OnBalancer {
  readonly #options: Options
  readonly #last = new Map<string, Promise<unknown>>()

  constructor(options: Options) {
    this.#options = options
  }

  look(
    around: Around,
  ): Promise<{ readonly back: readonly PlannedStep[]; readonly out: readonly PlannedStep[] }> {
    return this.#queued(around, async link => {
      const apartFrom = around.in.length
      const { planned } = await this.#plan(link, [...around.in, ...around.out], apartFrom)
      return { back: planned.slice(0, apartFrom), out: planned.slice(apartFrom) }
    })
  }

  async takeOut(host: string, around: Around): Promise<void> {
    const { interrupt, waitForLock = false } = this.#options
    await this.#bring(around, around.out, `${host} out`, { interrupt, waitForLock })
  }

  /** Also after a first Ctrl-C, and once others have let go of the balancer. Answers whether there was anything to do. */
  async putBack(host: string, around: Around): Promise<boolean> {
    const interrupt = new Interrupt()
    const end = () => {
      while (interrupt.level !== 'hard') interrupt.raise()
    }
    const stop = this.#options.interrupt.listen(level => level === 'hard' && end())
    if (this.#options.interrupt.level === 'hard') end()
    try {
      return await this.#bring(around, around.in, `${host} back in`, { interrupt, tries: backTries })
    } finally {
      stop()
    }
  }

  #bring(
    around: Around,
    steps: readonly Step[],
    way: string,
    how: { readonly interrupt: Interrupt; readonly waitForLock?: boolean; readonly tries?: number },
  ): Promise<boolean> {
    return this.#queued(around, async link => {
      for (let tries = how.tries ?? 1; ; tries--) {
        const result = await this.#once(link, steps, way, how)
        if (!result) return false
        const { status, errors } = result
        if (status === 'ok') return true
        if (status !== 'locked' || tries <= 1)
          throw new OpsError(errors[0] ?? { code: 'failed', title: `${around.on}: ${status}` })
        if (tries === how.tries) this.#tellBusy(around, errors[0]?.detail)
        await pause(1000)
      }
    })
  }

  #tellBusy({ on }: Around, holder = ''): void {
    const text = `waiting for another run to end: ${holder}`
    this.#options.emit({ event: 'waiting', host: on, for: 'lock', text })
  }

  /** Undefined where there is nothing to do. */
  async #once(
    link: HostLink,
    steps: readonly Step[],
    way: string,
    { interrupt, waitForLock = false }: { readonly interrupt: Interrupt; readonly waitForLock?: boolean },
  ): Promise<ApplyResult | undefined> {
    const { planned, login } = await this.#plan(link, steps)
    const wrong = planned.find(each => each.error)?.error
    if (wrong) throw new OpsError(wrong)
    if (isDone(planned)) return undefined
    const purpose = `${this.#options.purpose ?? 'apply'}: ${way}`
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
    return applyHost(context)
  }

  #plan(link: HostLink, steps: readonly Step[], apartFrom = 0): Promise<HostPlanned> {
    return link.open().then(session =>
      planHost(session, () => ({ steps }), {
        key: link.key,
        loginUser: () => link.loginUser(),
        wantsDetail: true,
        emit: () => undefined,
        apartFrom,
      }),
    )
  }

  /** A balancer that is in the run itself is free for that in between. */
  async #queued<T>({ on }: Around, work: (link: HostLink) => Promise<T>): Promise<T> {
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
}
