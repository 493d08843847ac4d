/** What takes the rows of a log one by one: bytes for people and files, columns for an engine. */
import type { Positions } from './line-matcher.ts'

export interface RowSink {
  /** How much it holds, in a unit of its own: bytes, or rows. */
  readonly length: number
  /** Forgets what it holds. */
  begin(): void
  /** Adds the row of one line. `timeMs` is needed for the column `time` alone; NaN leaves it empty. */
  row(line: Buffer, from: number, to: number, positions: Positions, timeMs: number): void
}

/** Some whole rows of a sink, valid until it begins anew. */
export interface Span<S extends RowSink> {
  readonly sink: S
  readonly from: number
  readonly to: number
}
