/** Takes hosts out of their balancers while they change, and puts them back once their steps hold. */
import { setTimeout as pause } from 'node:timers/promises'
import { errorDataOf, OpsError } from '../../base/errors.ts'
import { type Left, type Looked, type Missing, missingWord, type Seen, type Surrounded } from '../around.ts'
import { stoppedError } from '../host-errors.ts'
import type { HostRun } from '../host-run.ts'
import { isDone, type PlannedStep, stepNameAt } from '../plan/planned-step.ts'
import type { RunOptions } from '../run-request.ts'
import type { Step } from '../step.ts'
import { nameAlone } from '../step-name.ts'
import { type Failed, neverNamed, notLookedAt, notPutBack, staysOut } from './balancer-errors.ts'
import { aroundsOf } from './drain.ts'
import { LeftBefore } from './left-before.ts'
import { notBegun } from './not-begun.ts'
import { type Around, OnBalancer } from './on-balancer.ts'
import { Permits } from './permits.ts'
import type { Turns } from './turns.ts'

type Options = Pick<
  RunOptions,
  'emit' | 'interrupt' | 'purpose' | 'waitForLock' | 'balancers' | 'rollOut' | 'isPart' | 'confirm'
>

/** How a host was found where it is out now; `out`: since an earlier run. */
type Out = Map<Around, 'in' | 'not in' | 'out'>

export class Balancers {
  readonly #options: Options
  readonly #runs: readonly HostRun[]
  readonly #permits: Permits
  readonly #on: OnBalancer
  readonly #leftBefore: LeftBefore
  #failed: string | undefined

  constructor(runs: readonly HostRun[], options: Options) {
    this.#runs = runs
    this.#options = options
    this.#on = new OnBalancer(options)
    this.#leftBefore = new LeftBefore(runs, this.#on, options)
    this.#permits = new Permits(options.rollOut?.batch ?? 1)
  }

  /** @throws InputErrors for a balancer that nobody named before the host was asked, so that it was not looked up. */
  refuseUnknown(steps: readonly Step[]): void {
    const unknown = aroundsOf(steps).filter(({ on }) => !this.#options.balancers?.has(on))
    if (unknown.length === 0) return
    throw neverNamed(unknown.map(({ on }) => on))
  }

  /** Undefined for a host that is behind none. */
  around(run: HostRun, turns: Pick<Turns, 'after' | 'comesAfter'>): Surrounded | undefined {
    const arounds = aroundsOf((run.planned ?? []).map(each => each.step))
    if (arounds.length === 0) return undefined
    const host = run.host.target.name
    const out: Out = new Map()
    let hasPermit = false
    return {
      isToBePutBack: async () => {
        // Without a question it was planned just now.
        const isFresh = this.#options.confirm === undefined && run.leftOut !== undefined
        const missing = isFresh ? (run.leftOut ?? []) : (await this.looked(run)).missing
        if (!this.#options.isPart) return missing.length > 0
        for (const each of missing) this.#tell(missingWord(host, each, true), host)
        return false
      },
      before: async hold => {
        for (const around of arounds) await this.#leftBefore.putBack(run, around, turns)
        await this.#permits.take()
        hasPermit = true
        if (this.#failed !== undefined) throw notBegun(host, this.#failed)
        await hold()
        for (const around of arounds) await this.#takeOut(host, around, out)
        const seconds = Math.max(...arounds.map(each => each.pauseSeconds))
        if (out.size > 0 && seconds > 0) await this.#pause(seconds)
        if (this.#options.interrupt.level !== 'none')
          throw new OpsError(stoppedError(host, stepNameAt(run.planned ?? [], 0), false))
      },
      after: async how => {
        try {
          if (how === 'well') return await this.#allBack(host, arounds, out)
          return how === 'failed' ? this.#staysOut(host, [...out.keys()]) : await this.#asBefore(host, out)
        } finally {
          if (hasPermit) this.#permits.give()
        }
      },
    }
  }

  /** What a balancer of this run sees to itself is not missing: it is told in its own plan. */
  async looked(run: HostRun): Promise<Looked<PlannedStep>> {
    const missing: Missing[] = []
    const seen: Seen<PlannedStep>[] = []
    const hasChanges = run.planned?.some(({ plan }) => plan.status !== 'ok') ?? false
    for (const around of aroundsOf((run.planned ?? []).map(each => each.step))) {
      const { on } = around
      if (this.#seesToIt(around)) {
        // Where it cannot be asked, its own plan says so.
        const found = hasChanges ? await this.#on.look(around).catch(() => undefined) : undefined
        if (found) seen.push({ on, ...found })
        continue
      }
      const found = await this.#look(run.host.target.name, around)
      seen.push({ on, ...found })
      if (!isDone(found.back)) missing.push({ on, is: isDone(found.out) ? 'out' : 'not in' })
    }
    return { missing, seen }
  }

  /** Whatever comes of it, `out` says then how the host may be found. */
  async #takeOut(host: string, around: Around, out: Out): Promise<void> {
    const { back, out: away } = await this.#on.look(around)
    if (isDone(away)) {
      out.set(around, 'out')
      return this.#tell(`${host} is out of ${around.on} already`, host)
    }
    const wrong = away.find(each => each.error)?.error
    // It has never been put in: there is nothing that it could be taken out of.
    if (wrong && !isDone(back)) return
    if (wrong) throw new OpsError(wrong)
    out.set(around, isDone(back) ? 'in' : 'not in')
    await this.#on.takeOut(host, around)
    this.#tell(`${host} is taken out of ${around.on}`, host)
  }

  /** The host is well: what goes wrong now is the balancer's. */
  async #allBack(host: string, arounds: readonly Around[], out: Out): Promise<Left> {
    const left: Around[] = []
    const back: Around[] = []
    for (const around of arounds) {
      const was = out.get(around)
      if (this.#options.isPart && (was === undefined || was === 'out')) {
        if (was) left.push(around)
      } else if (was || !this.#seesToIt(around)) back.push(around)
    }
    for (const { on } of left) this.#tell(missingWord(host, { on, is: 'out' }, true), host)
    return this.#back(host, back, out)
  }

  /** Nothing was done on the host: it is put back where this run took it out. */
  async #asBefore(host: string, out: Out): Promise<Left> {
    const before = [...out].flatMap(([around, was]) => (was === 'out' ? [around] : []))
    const now = [...out.keys()].filter(around => !before.includes(around))
    const left = await this.#back(host, now, out)
    return left.error ? left : { ...this.#staysOut(host, before), changed: left.changed }
  }

  async #back(host: string, arounds: readonly Around[], out: Out): Promise<Left> {
    const changed: string[] = []
    const failed: Failed[] = []
    for (const around of arounds) {
      const { on } = around
      try {
        if (!(await this.#on.putBack(host, around))) continue
        this.#tell(`${host} is put back into ${on}`, host)
        if (out.get(around) !== 'in') changed.push(on)
      } catch (thrown) {
        failed.push({ on, error: errorDataOf(thrown) })
      }
    }
    const [first] = failed
    if (!first) return { changed, failed: [] }
    this.#failed = host
    return { changed, failed: failed.map(({ on }) => on), error: notPutBack(host, first, failed) }
  }

  /** Whether the balancer is in the run with the very same steps as its own, which come after those of this host. */
  #seesToIt({ on, in: back }: Around): boolean {
    const name = this.#options.balancers?.get(on)?.target.name
    const own = this.#runs.find(run => run.host.target.name === name)
    const names = new Set(own?.steps?.map(nameOf))
    return own !== undefined && back.every(step => names.has(nameOf(step)))
  }

  async #look(host: string, around: Around): ReturnType<OnBalancer['look']> {
    try {
      return await this.#on.look(around)
    } catch (thrown) {
      throw notLookedAt(host, around.on, thrown)
    }
  }

  #staysOut(host: string, arounds: readonly Around[]): Left {
    const still: Left = { changed: [], failed: [] }
    if (arounds.length === 0) return still
    this.#failed = host
    const names = arounds.map(each => each.on)
    return { ...still, error: staysOut(host, names) }
  }

  #tell(text: string, host: string): void {
    this.#options.emit({ event: 'note', host, text })
  }

  async #pause(seconds: number): Promise<void> {
    const ended = new AbortController()
    const stop = this.#options.interrupt.listen(() => ended.abort())
    await pause(seconds * 1000, undefined, { signal: ended.signal }).catch(() => undefined)
    stop()
  }
}

const nameOf = ({ name, resource }: Step): string => nameAlone({ name, type: resource.type })
