/** Where the apply of one host stands: the plan it goes by, what was applied, what became of every step. */
import type { Changed, ErrorData } from '../../base/errors.ts'
import type { HostStatus } from '../../run/host-status.ts'
import type { Session } from '../../run/session.ts'
import type { BatchReport } from '../batch/report.ts'
import { stoppedError } from '../host-errors.ts'
import type { LookResult } from '../look/look.ts'
import { makePlan } from '../plan/make-plan.ts'
import { type PlannedStep, stepNameAt } from '../plan/planned-step.ts'
import { mayGoOn } from '../reach.ts'
import type { ApplyContext, ApplyResult, StepOutcome } from './context.ts'

/** From the first batch of a host to its last. */
export class Progress {
  readonly context: ApplyContext
  /** Positions of the steps that were applied and proved. */
  readonly applied = new Set<number>()
  readonly outcomes: StepOutcome[]
  /** The one in use: another after each loss that was meant. */
  session: Session
  /** The first step that is still to be done. */
  from = 0
  #planned: readonly PlannedStep[]

  constructor(context: ApplyContext) {
    this.context = context
    this.session = context.session
    this.#planned = context.planned
    this.outcomes = context.planned.map(() => 'skipped')
  }

  get host(): string {
    return this.session.host
  }

  get planned(): readonly PlannedStep[] {
    return this.#planned
  }

  nameAt(index: number): string {
    return stepNameAt(this.#planned, index)
  }

  /** A step that ran and was not proved is unknown. */
  changed(running?: number): Changed {
    if (running !== undefined) return 'unknown'
    return this.applied.size > 0 ? 'yes' : 'no'
  }

  /** Takes in what a batch told. */
  count({ proved, errors, end, running, lost }: BatchReport): void {
    for (const [index, { code }] of proved) {
      this.applied.add(index)
      this.outcomes[index] = code === 0 ? 'changed' : 'failed'
    }
    for (const error of errors) this.markFailed(error)
    if (end.kind === 'swept' || end.kind === 'locked' || end.kind === 'broken') return
    const failedAt = this.outcomes.indexOf('failed')
    const last = lost
      ? Math.max(this.from, ...[...proved.keys()].map(each => each + 1))
      : this.#planned.length
    const stoppedAt = running ?? (failedAt >= 0 ? failedAt : last)
    const reached = 'at' in end ? end.at : stoppedAt
    for (let index = this.from; index < reached; index++) {
      if (this.outcomes[index] === 'skipped') this.outcomes[index] = 'ok'
    }
  }

  markFailed(error: ErrorData): void {
    const index = this.#planned.findIndex(each => each.step.name === error.step)
    if (index >= 0) this.outcomes[index] = 'failed'
  }

  /** The plan as a new look would make it. */
  plan(seen: LookResult): PlannedStep[] {
    const steps = this.#planned.map(each => each.step)
    return makePlan(this.host, steps, seen, this.context.login)
  }

  /** Positions whose observation is not what the plan was made from. */
  movedIn(fresh: readonly PlannedStep[]): number[] {
    return fresh.flatMap((each, index) => (each.guard === this.#planned[index]?.guard ? [] : [index]))
  }

  /** The step was said to move by one that was applied, or it is sure that nobody's edit is written over. */
  isOurs(index: number, fresh: readonly PlannedStep[]): boolean {
    const [before, now] = [this.#planned[index], fresh[index]]
    if (!before || !now) return false
    if (before.because.some(each => this.applied.has(each))) return true
    return mayGoOn(
      before,
      now,
      this.#planned.filter((_, at) => at < index && this.applied.has(at)),
    )
  }

  /** Goes on from step `at` with what was seen afresh; what was announced before stays announced. */
  goOn(fresh: readonly PlannedStep[], at: number): ApplyResult | undefined {
    const blocked = fresh.slice(at).flatMap(each => (each.error ? [each.error] : []))
    // A probe that the operator had ended says nothing of the host.
    if (blocked.length > 0 && this.context.interrupt.level !== 'none') {
      return this.finish('interrupted', [stoppedError(this.host, this.nameAt(at), this.applied.size > 0)])
    }
    if (blocked.length > 0) {
      for (const error of blocked) this.markFailed(error)
      const changed = this.changed()
      return this.finish(
        'failed',
        blocked.map(each => ({ ...each, changed })),
      )
    }
    this.#planned = fresh.map((each, index) => ({
      ...each,
      ...namesOf(this.#planned[index]),
      because: this.#planned[index]?.because ?? [],
      // Of packages only the first look tells: it alone asks for details.
      affects: this.#planned[index]?.affects ?? each.affects,
      access: each.access ?? this.#planned[index]?.access,
    }))
    this.from = at
    return undefined
  }

  /** Begins anew with a plan of its own: nothing was applied so far. */
  startWith(fresh: readonly PlannedStep[]): ApplyResult | undefined {
    const blocked = this.goOn(fresh, 0)
    if (!blocked) this.#planned = fresh
    return blocked
  }

  /** The last word on this host; tells what became of the steps that no batch told of. */
  finish(status: HostStatus, errors: readonly ErrorData[] = []): ApplyResult {
    for (const [index, outcome] of this.outcomes.entries()) {
      // What was done and failed was told by its batch.
      if (outcome === 'changed' || outcome === 'failed') continue
      this.context.emit({ event: 'step', host: this.host, step: this.nameAt(index), status: outcome })
    }
    return { status, outcomes: this.outcomes, errors }
  }
}

/** Only the look that the plan was made from asks for them. */
const namesOf = (before: PlannedStep | undefined) => before?.otherNames && { otherNames: before.otherNames }
