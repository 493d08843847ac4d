/** What the look at the end of a batch means: all is done, a surprise that was announced, or a move by somebody else. */
import type { BatchReport } from '../batch/report.ts'
import { inOneFile } from '../claims.ts'
import { movedError, unstableError } from '../host-errors.ts'
import { hostPlanOf, type PlannedStep } from '../plan/planned-step.ts'
import { undoneSteps } from '../undone.ts'
import type { ApplyResult } from './context.ts'
import type { LockedWait } from './locked-wait.ts'
import type { Progress } from './progress.ts'

/** Judges the looks of one run. */
export class LastLook {
  readonly #progress: Progress
  readonly #lock: LockedWait
  readonly #surprised = new Set<number>()

  constructor(progress: Progress, lock: LockedWait) {
    this.#progress = progress
    this.#lock = lock
  }

  /** A result when the run is over; else the plan goes on where it has to. */
  judge({ end, seen }: BatchReport): ApplyResult | undefined {
    if (!seen) throw new Error('a batch ended without a last look')
    const progress = this.#progress
    const { from, planned, applied } = progress
    const fresh = progress.plan(seen)
    const moved = progress.movedIn(fresh)
    const untouched = moved.filter(index => index >= from && !applied.has(index))
    const foreign = untouched.filter(index => !progress.isOurs(index, fresh))
    if (end.kind === 'done') return this.#done(fresh, foreign)
    if (end.kind === 'swept' && this.#lock.wasTold && progress.context.planAgain) return this.#afresh(fresh)
    if (foreign.length > 0) return movedResult(progress, foreign)
    if (end.kind === 'paused') return progress.goOn(fresh, end.at)
    const at = end.kind === 'surprise' ? end.at : Math.min(...untouched, planned.length)
    if (at === planned.length && moved.length > 0) return movedResult(progress, moved)
    return this.#surprise(fresh, at)
  }

  #done(fresh: readonly PlannedStep[], foreign: readonly number[]): ApplyResult {
    const progress = this.#progress
    const unread = fresh.flatMap(each => (each.error ? [{ ...each.error, changed: 'yes' as const }] : []))
    const undone = undoneSteps(progress.host, progress.planned, fresh, progress.applied, foreign)
    const errors = [...undone, ...unread]
    for (const error of errors) progress.markFailed(error)
    if (errors.length === 0) return progress.finish('ok')
    return progress.finish(errors.some(each => each.code === 'moved') ? 'moved' : 'failed', errors)
  }

  #surprise(fresh: readonly PlannedStep[], at: number): ApplyResult | undefined {
    const progress = this.#progress
    const { host } = progress
    const step = progress.nameAt(at)
    if (this.#surprised.has(at)) return progress.finish('failed', [unstableError(host, step)])
    this.#surprised.add(at)
    const because = progress.planned[at]?.because.filter(each => progress.applied.has(each)) ?? []
    progress.context.emit({
      event: 'surprise',
      host,
      step,
      because: because.map(each => progress.nameAt(each)),
    })
    return progress.goOn(fresh, at)
  }

  /** After a wait for the lock: what the other run did is where this one begins. */
  #afresh(fresh: readonly PlannedStep[]): ApplyResult | undefined {
    const progress = this.#progress
    this.#lock.forget()
    progress.context.emit({ event: 'plan', ...hostPlanOf(progress.host, fresh) })
    if (fresh.some(each => each.change || each.error)) return progress.startWith(fresh)
    progress.outcomes.fill('ok')
    return progress.finish('ok')
  }
}

/** Somebody else moved these steps: nothing is done from the first of them on. */
export function movedResult(progress: Progress, which: readonly number[]): ApplyResult {
  const { host, planned, applied } = progress
  return progress.finish(
    'moved',
    which.map(index => movedError(host, planned, index, applied.size > 0, writersBeside(index))),
  )

  /** Applied steps that wrote into the file of this one. */
  function writersBeside(index: number): readonly string[] {
    const step = planned[index]?.step
    const owns = [...(step?.resource.owns?.(step.params) ?? []), ...(planned[index]?.otherNames ?? [])]
    const writers = planned.filter(
      (each, at) => at !== index && applied.has(at) && inOneFile(each.affects, owns),
    )
    return writers.map(each => each.step.name)
  }
}
