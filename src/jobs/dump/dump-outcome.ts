/** What a dump came to. */
import type { ChunksDone } from '../run.ts'
import type { WalkTotals } from './days-walk.ts'
import type { Receipt } from './records.ts'

/** What of a run is told at its end. */
export interface DumpOutcome {
  readonly read: ChunksDone
  readonly walk: WalkTotals
  /** Of this run, in its order. */
  readonly saved: readonly Receipt[]
  /** Days that an earlier run had saved with the same rows, and that the listing of the store did not show. */
  readonly hidden: readonly string[]
  readonly removedOrphans: number
  readonly pausedMs: number
  /** How much of that were rests. */
  readonly restedMs: number
  /** What was thrown after a part of the work; undefined: it came to its end. */
  readonly failure?: unknown
}
