/** Applies a plan to one host: batch after batch until nothing surprises, then says what became of every step. */
import { OpsError } from '../../base/errors.ts'
import { stepsOfBatch } from '../batch/batch.ts'
import type { BatchReport } from '../batch/report.ts'
import { runBatch } from '../batch/run-batch.ts'
import { brokenError, lockedError, stoppedError } from '../host-errors.ts'
import { dropsOf, type Step } from '../step.ts'
import { comeBack, droppedBy } from './come-back.ts'
import type { ApplyContext, ApplyResult } from './context.ts'
import { AccessKeeper } from './keep-access.ts'
import { LastLook } from './last-look.ts'
import { LockedWait } from './locked-wait.ts'
import { Progress } from './progress.ts'

/** Runs batches until the plan is empty, a step fails, somebody else moved something, or the operator stops. */
export async function applyHost(context: ApplyContext): Promise<ApplyResult> {
  const run = new HostApply(context)
  let result: ApplyResult | undefined
  while (!result) result = await run.next().catch((error: unknown) => run.ended(error))
  return run.access.secured(result)
}

/** One host's apply, from its first batch to its last. */
class HostApply {
  readonly access: AccessKeeper
  readonly #context: ApplyContext
  readonly #progress: Progress
  readonly #lock: LockedWait
  readonly #lastLook: LastLook
  readonly #uploaded = new Set<Step>()

  constructor(context: ApplyContext) {
    this.#context = context
    this.#progress = new Progress(context)
    this.#lock = new LockedWait(context)
    this.#lastLook = new LastLook(this.#progress, this.#lock)
    this.access = new AccessKeeper(this.#progress)
  }

  /** What is true when a batch ended in an error: the steps that were proved stay proved. */
  ended(error: unknown): ApplyResult {
    if (!(error instanceof OpsError)) throw error
    const { code, changed } = error.data
    const hasApplied = this.#progress.applied.size > 0
    if (code === 'lost') this.access.lost()
    const status = code === 'lost' ? 'lost' : hasApplied || code === 'failed' ? 'failed' : undefined
    if (!status) throw error
    const isMore = hasApplied && changed === 'no'
    return this.#progress.finish(status, [{ ...error.data, ...(isMore && { changed: 'yes' }) }])
  }

  /** One batch; a result when the run is over. */
  async next(): Promise<ApplyResult | undefined> {
    const over = this.#interrupted() ?? (await this.access.confirmed()) ?? (await this.#prepared())
    if (over) return over
    const progress = this.#progress
    const report = await this.#batch()
    this.access.note(report)
    progress.count(report)
    if (report.lost) return this.#lost(report.lost, report)
    const { end } = report
    const { host } = progress
    if (end.kind !== 'surprise' && end.kind !== 'paused' && end.kind !== 'locked') this.#uploaded.clear()
    if (end.kind === 'locked') return this.#locked(end.text)
    if (end.kind === 'broken')
      return progress.finish('failed', [brokenError(host, end.text, progress.changed(report.running))])
    if (report.errors.length > 0) return this.#failed(report)
    // Why the host takes something back is told with its verdict.
    if (end.kind === 'stopped' && end.by === 'restore') return progress.finish('interrupted')
    if (end.kind === 'stopped') {
      const isAsked = end.by === 'operator'
      const step = progress.nameAt(end.at)
      return progress.finish('interrupted', [stoppedError(host, step, progress.applied.size > 0, isAsked)])
    }
    const dropped = droppedBy(progress, report)
    return dropped === undefined ? this.#lastLook.judge(report) : comeBack(progress, dropped)
  }

  #interrupted(): ApplyResult | undefined {
    if (this.#context.interrupt.level === 'none') return undefined
    const { host, from, applied } = this.#progress
    const error = stoppedError(host, this.#progress.nameAt(from), applied.size > 0)
    return this.#progress.finish('interrupted', [error])
  }

  /** Brings what the steps of the next batch need; a result when the operator has stopped it meanwhile. */
  async #prepared(): Promise<ApplyResult | undefined> {
    const { planned, from } = this.#progress
    const todo = stepsOfBatch(planned, from).filter(each => each.change)
    const fresh = todo.filter(each => !this.#uploaded.has(each.step))
    await this.#context.upload(fresh.flatMap(({ step }) => step.resource.payloads?.(step.params) ?? []))
    for (const { step } of todo) this.#uploaded.add(step)
    if (todo.some(each => dropsOf(each.step) === 'boot')) await this.#context.noteBoot()
    return this.#interrupted()
  }

  async #batch(): Promise<BatchReport> {
    const { session, planned, from } = this.#progress
    const isArmed = this.access.isArmed
    const renewal = this.access.overBatch()
    const onArmed = () => renewal?.begin()
    try {
      return await runBatch({ ...this.#context, session, planned, isArmed, onArmed }, from)
    } finally {
      void renewal?.end()
    }
  }

  async #lost(lost: OpsError, report: BatchReport): Promise<ApplyResult | undefined> {
    if (!report.isArmed) throw lost
    const told = await this.access.cutOff(lost, report)
    if ('status' in told) return told
    return report.errors.length > 0 ? this.#failed(report) : comeBack(this.#progress, told.dropped)
  }

  async #locked(holder: string): Promise<ApplyResult | undefined> {
    if (await this.#lock.again(holder)) return undefined
    const status = this.#context.interrupt.level === 'none' ? 'locked' : 'interrupted'
    return this.#progress.finish(status, [lockedError(this.#progress.host, holder)])
  }

  #failed({ errors, seen }: BatchReport): ApplyResult {
    const { outcomes } = this.#progress
    const fresh = seen ? this.#progress.plan(seen) : []
    for (const [index, each] of fresh.entries()) {
      // Put back by the step that failed: it is not changed any more.
      if (outcomes[index] === 'changed' && each.change) outcomes[index] = 'reverted'
    }
    for (const status of ['reverted', 'moved'] as const) {
      if (errors.some(each => each.code === status)) return this.#progress.finish(status, errors)
    }
    return this.#progress.finish(this.#context.interrupt.level === 'none' ? 'failed' : 'interrupted', errors)
  }
}
