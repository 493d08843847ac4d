/** The plan: what would be done on one host, as plain data. */
import type { ErrorData, SourceLocation } from '../errors.ts'
import type { Finding, KeyChange } from './resource.ts'

/** `may-change`: ok now, but an earlier step that changes touches what it reads. */
export type PlanStatus = 'ok' | 'change' | 'may-change'

export interface PlanStep {
  readonly name: string
  readonly status: PlanStatus
  readonly changes: readonly KeyChange[]
  /** Names of the steps before it that make it `may-change`, or that may change more of it. */
  readonly because: readonly string[]
  /** A unified diff of text content, secrets masked. */
  readonly diff?: string
  readonly notes: readonly string[]
  /** What a look that cannot mend found wrong; left out where there is nothing. */
  readonly findings?: readonly Finding[]
  readonly where?: SourceLocation
}

export interface HostPlan {
  readonly host: string
  readonly steps: readonly PlanStep[]
  /** What makes the plan impossible (unknown package, failing assertion, failing probe): nothing is applied then. */
  readonly errors: readonly ErrorData[]
}
