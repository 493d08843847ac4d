/** The plan: what would be done on one host, as plain data. */
import type { ErrorData, SourceLocation } from '../base/errors.ts'

/** One value of a state. Modes are strings ('0644'); absence is a word such as 'absent', never undefined. */
export type Value = string | number | boolean

/** One key whose actual value is not the desired one. `from` is undefined when nothing was observed for it. */
export interface KeyChange {
  readonly key: string
  readonly from: Value | undefined
  readonly to: Value
}

/** One thing that a look found wrong: told on a line of its own. */
export interface Finding {
  /** What is wrong, with the place: `/srv is mounted read-only, /etc/fstab says read-write`. */
  readonly what: string
  /** Since when, where that is known: a time as people write it. */
  readonly since?: string
  /** What to do about it. */
  readonly next: string
}

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
  /** `refused`: it cannot be done as things are there · `unmet`: it is only checked, and does not hold. The plan's errors say why. */
  readonly stuck?: 'refused' | 'unmet'
  /** What a look that cannot mend found wrong; left out where there is nothing. */
  readonly findings?: readonly Finding[]
  /** What is done on another host around the changes of this one. */
  readonly beside?: readonly Beside[]
  readonly where?: SourceLocation
}

/** Steps on another host, and what they are done for. */
export interface Beside {
  readonly host: string
  /** `to take web1 out of it`. */
  readonly what: string
  readonly steps: readonly PlanStep[]
}

export interface HostPlan {
  readonly host: string
  readonly steps: readonly PlanStep[]
  /** What makes the plan impossible (unknown package, failing assertion, failing probe): nothing is applied then. */
  readonly errors: readonly ErrorData[]
}
