/** What a copy came to. */
import type { ChunksDone } from '../run.ts'
import type { Loss } from './losses.ts'
import type { Written } from './write-rows.ts'

export interface CopyOutcome {
  readonly read: ChunksDone
  readonly written: Written
  readonly losses: readonly Loss[]
  readonly pausedMs: number
  /** How much of that were rests. */
  readonly restedMs: number
  readonly milliseconds: number
}
