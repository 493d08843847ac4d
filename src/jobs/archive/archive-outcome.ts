/** What an archive run came to. */
import type { ChunksDone } from '../run.ts'
import type { DroppedPartitions } from './drop-partitions.ts'
import type { DeleteTotals } from './settle-deletes.ts'

/** What of an archive run is told at its end. */
export interface ArchiveOutcome {
  readonly saved: ChunksDone
  readonly storedBytes: number
  readonly finished: DeleteTotals & { readonly chunks: number; readonly failure?: unknown }
  readonly totals: DeleteTotals
  readonly partitions: DroppedPartitions
  /** Rows that were not saved because others refer to them, by who does. */
  readonly leftOut: ReadonlyMap<string, number>
  readonly removedOrphans: number
  readonly longestLockMs: number
  readonly pausedMs: number
  /** How much of that were rests. */
  readonly restedMs: number
  /** What was thrown after a part of the work; undefined: it came to its end. */
  readonly failure?: unknown
}
