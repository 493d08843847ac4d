/** What a load came to. */
import type { OpsError } from '../../base/errors.ts'
import type { Stage } from './profile.ts'
import type { LoadedRows } from './row-loader.ts'

export interface LoadOutcome {
  readonly loaded: LoadedRows
  readonly milliseconds: number
  readonly serverMs: number
  readonly inputMs: number
  readonly commitMs: number
  readonly indexMs: number
  readonly pausedMs: number
  /** How much of that were rests. */
  readonly restedMs: number
  readonly emptyLines: number
  readonly endsOpen: boolean
  readonly stages: readonly Stage[]
  readonly noStages: string | undefined
  /** All rows are committed, but indexes could not be put back. */
  readonly failure?: OpsError
}
