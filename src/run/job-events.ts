/** What a data job tells, as data: its plan, how far it is, and how it ended. */
import type { HostStatus } from './host-status.ts'

/** One fact for people; its raw form is in `data` under its own name. */
export interface JobFact {
  readonly name: string
  readonly text: string
}

export interface JobPlan {
  /** As `archive`. */
  readonly job: string
  /** What the user called the server. */
  readonly source: string
  /** As `archive app.events`: what errors and progress call it. */
  readonly title: string
  readonly facts: readonly JobFact[]
  /** What a person should know before saying yes: what is left out and why, what cannot be seen. */
  readonly notes: readonly string[]
  /** What only informs: told below the notes, without their mark. */
  readonly remarks?: readonly string[]
  /** The same for programs: numbers as numbers. */
  readonly data: Readonly<Record<string, unknown>>
  /** Nothing would be done. */
  readonly isEmpty?: boolean
}

export interface JobProgress {
  readonly source: string
  readonly title: string
  readonly rows: number
  /** Undefined: not known. */
  readonly ofRows?: number
  readonly bytes: number
  readonly chunks: number
  readonly rowsPerSecond: number
  readonly secondsLeft?: number
  /** Why the job waits just now. */
  readonly held?: string
}

export interface JobEnd {
  readonly job: string
  readonly source: string
  readonly title: string
  readonly status: HostStatus
  readonly facts: readonly JobFact[]
  readonly notes: readonly string[]
  readonly data: Readonly<Record<string, unknown>>
}

export type JobEvent =
  | ({ readonly event: 'job-plan' } & JobPlan)
  | ({ readonly event: 'progress' } & JobProgress)
  | ({ readonly event: 'job-end' } & JobEnd)
