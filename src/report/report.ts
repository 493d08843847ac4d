/** What a report is: it takes the events of one run and tells them. */

import type { ErrorData } from '../base/errors.ts'
import type { Emit } from '../run/events.ts'
import type { HostPlan } from '../run/plan.ts'

/** Takes the events of one run and tells them. */
export interface Report {
  readonly emit: Emit
  /** Shows plans right now: a question about them follows. */
  showPlans(plans: readonly HostPlan[]): void
  /** Runs work that owns the terminal (a prompt), with nothing else drawn meanwhile. */
  aside<T>(work: () => Promise<T>): Promise<T>
  /** A sentence to the operator beside the events: what a signal did. */
  say(text: string): void
  /** Errors that ended everything before a run began. */
  refuse(errors: readonly ErrorData[]): void
  /** Ends drawing; nothing may be told afterwards. */
  close(): void
}
