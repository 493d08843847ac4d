/** What sending one batch needs, and what the batch told. */
import type { ErrorData, OpsError } from '../../base/errors.ts'
import type { Emit } from '../../run/events.ts'
import type { Interrupt } from '../../run/interrupt.ts'
import type { Session } from '../../run/session.ts'
import type { LookResult } from '../look/look.ts'
import type { PlannedStep } from '../plan/planned-step.ts'
import type { RunRecord } from '../record/record-head.ts'

export interface BatchContext {
  readonly session: Session
  readonly planned: readonly PlannedStep[]
  readonly emit: Emit
  readonly interrupt: Interrupt
  /** What another operator is told while this run holds the lock. */
  readonly who: string
  /** What the run writes down on the host; left out: nothing. */
  readonly record?: RunRecord
  /** What an earlier batch did to our access waits for a login that confirms it. */
  readonly isArmed?: boolean
  /** Told each time that the host begins to count down. */
  readonly onArmed?: () => void
}

/** How a batch ended: at a step, or without having touched any. */
export type BatchEnd =
  | { readonly kind: 'done' | 'swept' }
  | { readonly kind: 'surprise' | 'paused'; readonly at: number }
  | { readonly kind: 'stopped'; readonly at: number; readonly by: 'operator' | 'silence' | 'restore' }
  | { readonly kind: 'locked' | 'broken'; readonly text: string }

/** What one batch told. */
export interface BatchReport {
  readonly proved: ReadonlyMap<number, { readonly code: number; readonly guard: string }>
  /** The step that was running when the report ends: its connection was dropped. */
  readonly running: number | undefined
  readonly end: BatchEnd
  readonly errors: readonly ErrorData[]
  readonly seen: LookResult | undefined
  /** The host counts down: without a fresh login it takes back what could have cut our access. */
  readonly isArmed: boolean
  /** The connection was lost, naming the running step: where the host counts down, a step may have meant that. */
  readonly lost?: OpsError
}
