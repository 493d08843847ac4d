/** Applies a plan to one host: batch after batch until nothing surprises, then says what became of every step. */
import { type Changed, type ErrorData, OpsError } from '../base/errors.ts'
import type { HostStatus } from '../run/events.ts'
import type { Session } from '../run/session.ts'
import { verdictError } from './access/confirm.ts'
import { Countdown } from './access/countdown.ts'
import { LockedWait } from './apply/locked-wait.ts'
import type { ApplyContext, ApplyResult, StepOutcome } from './apply-context.ts'
import { isDangerous, stepsOfBatch } from './batch.ts'
import { brokenError, lockedError, movedError, stoppedError, unstableError } from './host-errors.ts'
import { type LookResult, look } from './look.ts'
import { hostPlanOf, makePlan, type PlannedStep, stepNameAt } from './make-plan.ts'
import { type BatchReport, runBatch } from './run-batch.ts'
import { dropsOf, type Step } from './step.ts'
import { undoneSteps } from './undone.ts'

/** Runs batches until the plan is empty, a step fails, somebody else moved something, or the operator stops. */
export async function applyHost(context: ApplyContext): Promise<ApplyResult> {
  const run = new HostApply(context)
  let result: ApplyResult | undefined
  while (!result) result = await run.next().catch((error: unknown) => run.ended(error))
  return run.secured(result)
}

/** The state of one host's apply, from its first batch to its last. */
class HostApply {
  readonly #context: ApplyContext
  readonly #outcomes: StepOutcome[]
  readonly #applied = new Set<number>()
  readonly #surprised = new Set<number>()
  readonly #uploaded = new Set<Step>()
  #session: Session
  #planned: readonly PlannedStep[]
  #from = 0
  readonly #lock: LockedWait
  readonly #countdown: Countdown
  /** The batch that is under way may have armed it. */
  #endangers = false
  /** The host begins no other step that endangers us before a login has confirmed. */
  #isAwaited = false

  constructor(context: ApplyContext) {
    this.#context = context
    this.#countdown = new Countdown(context)
    this.#lock = new LockedWait(context)
    this.#session = context.session
    this.#planned = context.planned
    this.#outcomes = context.planned.map(() => 'skipped')
  }

  /** What is true when a batch ended in an error: the steps that were proved stay proved. */
  ended(error: unknown): ApplyResult {
    if (!(error instanceof OpsError)) throw error
    const { code, changed } = error.data
    const hadChanged = this.#applied.size > 0 && changed === 'no'
    if (code === 'lost' && this.#endangers) this.#countdown.begin('perhaps')
    const status =
      code === 'lost' ? 'lost' : this.#applied.size > 0 || code === 'failed' ? 'failed' : undefined
    if (!status) throw error
    return this.#finish(status, [{ ...error.data, ...(hadChanged && { changed: 'yes' }) }])
  }

  #interrupted(): ApplyResult | undefined {
    if (this.#context.interrupt.level === 'none') return undefined
    const step = stepNameAt(this.#planned, this.#from)
    return this.#finish('interrupted', [stoppedError(this.#session.host, step, this.#applied.size > 0)])
  }

  /** One batch; a result when the run is over. */
  async next(): Promise<ApplyResult | undefined> {
    const before = this.#interrupted() ?? (await this.#confirmed())
    if (before) return before
    const todo = stepsOfBatch(this.#planned, this.#from).filter(each => each.change)
    const fresh = todo.filter(each => !this.#uploaded.has(each.step))
    await this.#context.upload(fresh.flatMap(({ step }) => step.resource.payloads?.(step.params) ?? []))
    for (const { step } of fresh) this.#uploaded.add(step)
    if (todo.some(each => dropsOf(each.step) === 'boot')) await this.#context.noteBoot()
    const meanwhile = this.#interrupted()
    if (meanwhile) return meanwhile
    this.#endangers = todo.some(each => isDangerous(each, this.#planned))
    const renewal = this.#countdown.overBatch(this.#session)
    const report = await runBatch(
      {
        ...this.#context,
        session: this.#session,
        planned: this.#planned,
        isArmed: this.#countdown.isRunning,
        onArmed: () => renewal?.begin(),
      },
      this.#from,
    ).finally(() => void renewal?.end())
    if (report.isArmed) this.#countdown.begin('surely')
    this.#isAwaited = report.end.kind === 'paused'
    this.#count(report)
    if (report.lost && !report.isArmed) throw report.lost
    this.#endangers = false
    if (report.lost) return this.#cutOff(report.lost, report)
    const { end } = report
    if (end.kind !== 'surprise' && end.kind !== 'paused' && end.kind !== 'locked') this.#uploaded.clear()
    const { host } = this.#session
    if (end.kind === 'locked') return this.#locked(end.text)
    if (end.kind === 'broken')
      return this.#finish('failed', [brokenError(host, end.text, this.#changed(report.running))])
    if (report.errors.length > 0) return this.#failed(report)
    if (end.kind === 'stopped') {
      const step = stepNameAt(this.#planned, end.at)
      return this.#finish('interrupted', [stoppedError(host, step, this.#applied.size > 0, end.asked)])
    }
    const dropped = this.#droppedBy(report)
    if (dropped !== undefined) return this.#comeBack(dropped)
    return this.#lookAgain(report)
  }

  /** What a host without a last word of its own has come to: a step that ran and was not proved is unknown. */
  #changed(running: number | undefined): Changed {
    if (running !== undefined) return 'unknown'
    return this.#applied.size > 0 ? 'yes' : 'no'
  }

  #count({ proved, errors, end, running, lost }: BatchReport): void {
    for (const [index, { code }] of proved) {
      this.#applied.add(index)
      this.#outcomes[index] = code === 0 ? 'changed' : 'failed'
    }
    for (const error of errors) this.#markFailed(error)
    if (end.kind === 'swept' || end.kind === 'locked' || end.kind === 'broken') return
    const failedAt = this.#outcomes.indexOf('failed')
    const last = lost
      ? Math.max(this.#from, ...[...proved.keys()].map(each => each + 1))
      : this.#planned.length
    const stoppedAt = running ?? (failedAt >= 0 ? failedAt : last)
    const reached = 'at' in end ? end.at : stoppedAt
    for (let index = this.#from; index < reached; index++) {
      if (this.#outcomes[index] === 'skipped') this.#outcomes[index] = 'ok'
    }
  }

  #markFailed(error: ErrorData): void {
    const index = this.#planned.findIndex(each => each.step.name === error.step)
    if (index >= 0) this.#outcomes[index] = 'failed'
  }

  async #locked(holder: string): Promise<ApplyResult | undefined> {
    if (await this.#lock.again(holder)) return undefined
    const status = this.#context.interrupt.level === 'none' ? 'locked' : 'interrupted'
    return this.#finish(status, [lockedError(this.#session.host, holder)])
  }

  #failed({ errors, seen }: BatchReport): ApplyResult {
    const fresh = seen ? this.#plan(seen) : []
    for (const [index, each] of fresh.entries()) {
      // Put back by the step that failed: it is not changed any more.
      if (this.#outcomes[index] === 'changed' && each.change) this.#outcomes[index] = 'skipped'
    }
    if (errors.some(each => each.code === 'reverted')) return this.#finish('reverted', errors)
    return this.#finish(this.#context.interrupt.level === 'none' ? 'failed' : 'interrupted', errors)
  }

  /** The step, if any, after which this batch ended because it drops the connection. */
  #droppedBy(report: BatchReport): number | undefined {
    const ran = [...report.proved.keys(), ...(report.running === undefined ? [] : [report.running])]
    return ran.find(index => this.#dropsAt(index))
  }

  #dropsAt(index: number): 'connection' | 'boot' | undefined {
    const planned = this.#planned[index]
    return planned && dropsOf(planned.step)
  }

  async #comeBack(dropped: number): Promise<ApplyResult | undefined> {
    const kind = this.#dropsAt(dropped) ?? 'connection'
    this.#session = await this.#context.reconnect(kind)
    const steps = this.#planned.map(each => each.step)
    const fresh = this.#plan(await look(this.#session, steps, { wantsDetail: false }))
    this.#applied.add(dropped)
    this.#outcomes[dropped] = fresh[dropped]?.change ? 'failed' : 'changed'
    if (fresh[dropped]?.change) {
      const { host } = this.#session
      const step = stepNameAt(fresh, dropped)
      const title = `${step} did not converge: the host came back, and the difference is still there`
      return this.#finish('failed', [{ code: 'not-converged', title, host, step, changed: 'yes' }])
    }
    const moved = this.#movedIn(fresh).filter(index => index > dropped)
    const foreign = moved.filter(index => !this.#announced(index))
    if (foreign.length > 0) return this.#moved(foreign)
    return this.#replan(fresh, dropped + 1)
  }

  /** After a whole batch: the end, or a surprise that was announced, or a move by somebody else. */
  #lookAgain({ end, seen }: BatchReport): ApplyResult | undefined {
    if (!seen) throw new Error('a batch ended without a last look')
    const { host } = this.#session
    const fresh = this.#plan(seen)
    const moved = this.#movedIn(fresh)
    const untouched = moved.filter(index => index >= this.#from && !this.#applied.has(index))
    const foreign = untouched.filter(index => !this.#announced(index))
    if (end.kind === 'done') {
      const unread = fresh.flatMap(each => (each.error ? [{ ...each.error, changed: 'yes' as const }] : []))
      const errors = [...undoneSteps(host, this.#planned, fresh, this.#applied, foreign), ...unread]
      for (const error of errors) this.#markFailed(error)
      if (errors.length === 0) return this.#finish('ok')
      return this.#finish(errors.some(each => each.code === 'moved') ? 'moved' : 'failed', errors)
    }
    if (end.kind === 'swept' && this.#lock.wasTold && this.#context.planAgain) return this.#planAfresh(fresh)
    if (foreign.length > 0) return this.#moved(foreign)
    if (end.kind === 'paused') return this.#replan(fresh, end.at)
    const at = end.kind === 'surprise' ? end.at : Math.min(...untouched, this.#planned.length)
    if (at === this.#planned.length && moved.length > 0) return this.#moved(moved)
    const step = stepNameAt(this.#planned, at)
    if (this.#surprised.has(at)) return this.#finish('failed', [unstableError(host, step)])
    this.#surprised.add(at)
    const because = this.#planned[at]?.because.filter(each => this.#applied.has(each)) ?? []
    this.#context.emit({
      event: 'surprise',
      host,
      step,
      because: because.map(each => stepNameAt(this.#planned, each)),
    })
    return this.#replan(fresh, at)
  }

  /** Positions whose observation is not what the plan was made from. */
  #movedIn(fresh: readonly PlannedStep[]): number[] {
    return fresh.flatMap((each, index) => (each.guard === this.#planned[index]?.guard ? [] : [index]))
  }

  #moved(which: readonly number[]): ApplyResult {
    const { host } = this.#session
    const errors = which.map(index => movedError(host, this.#planned, index, this.#applied.size > 0))
    return this.#finish('moved', errors)
  }

  /** After a wait for the lock: what the other run did is where this one begins. */
  #planAfresh(fresh: readonly PlannedStep[]): ApplyResult | undefined {
    this.#lock.forget()
    this.#context.emit({ event: 'plan', ...hostPlanOf(this.#session.host, fresh) })
    if (fresh.every(each => !each.change && !each.error)) {
      this.#outcomes.fill('ok')
      return this.#finish('ok')
    }
    const again = this.#replan(fresh, 0)
    this.#planned = fresh
    return again
  }

  #announced(index: number): boolean {
    return this.#planned[index]?.because.some(each => this.#applied.has(each)) ?? false
  }

  /** Goes on from step `at` with what was seen afresh; what was announced before stays announced. */
  #replan(fresh: readonly PlannedStep[], at: number): ApplyResult | undefined {
    const blocked = fresh.slice(at).flatMap(each => (each.error ? [each.error] : []))
    if (blocked.length > 0) {
      return this.#finish(
        'failed',
        blocked.map(each => ({ ...each, changed: this.#applied.size > 0 ? 'yes' : 'no' })),
      )
    }
    this.#planned = fresh.map((each, index) => ({
      ...each,
      because: this.#planned[index]?.because ?? [],
      // Of packages only the first look tells: it alone asks for details.
      access: each.access ?? this.#planned[index]?.access,
    }))
    this.#from = at
    return undefined
  }

  #plan(seen: LookResult): PlannedStep[] {
    const { login } = this.#context
    const steps = this.#planned.map(each => each.step)
    return makePlan(this.#session.host, steps, seen, login)
  }

  /**
   * Where the host counts down, a login that confirms comes whenever the host waits for it, and before any step that is
   * not part of the same danger: a file of sshd and the reload that loads it cost one. A result when the host took it back.
   */
  async #confirmed(): Promise<ApplyResult | undefined> {
    const next = stepsOfBatch(this.#planned, this.#from).find(each => each.change)
    const goesOn = !this.#isAwaited && next !== undefined && isDangerous(next, this.#planned)
    if (!this.#countdown.isRunning || goesOn) return undefined
    const cut = await this.#confirm(next === undefined)
    if (cut) return this.#revert(cut)
    this.#session = await this.#countdown.sessionAfter(this.#session)
    return undefined
  }

  /** The end of a run is no excuse: whatever it is, a host that counts down is asked first. */
  async secured(result: ApplyResult): Promise<ApplyResult> {
    if (!this.#countdown.isRunning) return result
    const cut = await this.#confirm(true)
    if (!cut) return result
    const reverted = this.#revert(cut)
    // The loss of the connection was part of it.
    const others = result.errors.filter(each => each.code !== 'lost' && each.code !== cut.code)
    return { ...reverted, errors: [...reverted.errors, ...others] }
  }

  /** The loss may be what a step meant, such as the restart of a network: a login that confirms tells. */
  async #cutOff(lost: OpsError, report: BatchReport): Promise<ApplyResult | undefined> {
    const { running, proved } = report
    const verdict = await this.#countdown.end(this.#session, false)
    const cut = verdictError(this.#session.host, verdict, this.#changedOtherwise())
    if (cut) return this.#revert(cut)
    if (report.errors.length > 0) return this.#failed(report)
    const last = running ?? [...proved.keys()].at(-1)
    if (verdict.kind !== 'confirmed' || last === undefined) throw lost
    return this.#comeBack(last)
  }

  /** What to tell when access was not kept. */
  async #confirm(isLast: boolean): Promise<ErrorData | undefined> {
    const verdict = await this.#countdown.end(this.#session, isLast)
    return verdictError(this.#session.host, verdict, this.#changedOtherwise())
  }

  #changedOtherwise(): boolean {
    return [...this.#applied].some(index => !this.#planned[index]?.access)
  }

  /** The steps that the host took back are not changed any more. */
  #revert(cut: ErrorData): ApplyResult {
    const status = cut.code === 'reverted' ? 'reverted' : cut.code === 'lost' ? 'lost' : 'failed'
    for (const [index, planned] of this.#planned.entries()) {
      if (cut.code === 'reverted' && planned.access && this.#applied.has(index))
        this.#outcomes[index] = 'skipped'
    }
    return this.#finish(status, [cut])
  }

  #finish(status: HostStatus, errors: readonly ErrorData[] = []): ApplyResult {
    const { host } = this.#session
    for (const [index, outcome] of this.#outcomes.entries()) {
      if (outcome !== 'ok' && outcome !== 'skipped') continue
      this.#context.emit({ event: 'step', host, step: stepNameAt(this.#planned, index), status: outcome })
    }
    return { status, outcomes: this.#outcomes, errors }
  }
}
