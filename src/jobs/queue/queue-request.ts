/** What is asked of a queue, and what a run over it came to. */
import type { TableName } from '../../mysql/table-name.ts'
import type { JobContext } from '../job-context.ts'
import type { QueueCounts } from './counts.ts'

export interface QueueRequest {
  readonly table: TableName
  readonly queue: string
  /** The most that one move takes. */
  readonly batch: number
  /** Jobs come back while fewer than this wait. */
  readonly whenBelow: number
  /** How long a worker's UPDATE may take. */
  readonly lockUnderMs: number
  /** Jobs whose number another job has now come back under a new one; else they stay parked. */
  readonly renumbers: boolean
  /** Goes on until it is stopped, or until nothing is parked any more. */
  readonly watches: boolean
}

export type QueueContext = JobContext

/** What a run came to. */
export interface QueueOutcome {
  readonly moved: number
  readonly moves: number
  readonly milliseconds: number
  readonly longestMoveMs: number
  readonly longestReserveMs: number
  readonly brokenOff: number
  /** How long replicas were waited for. */
  readonly pausedMs: number
  readonly notWatched: string | undefined
  readonly counts: QueueCounts
  /** What should have moved and did not; undefined: nothing, or it was stopped before. */
  readonly left: Left | undefined
}

/** What stays, why, and the way out. */
export interface Left {
  readonly jobs: number
  readonly title: string
  readonly next: string
}
