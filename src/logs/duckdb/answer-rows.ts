/** The rows of an answer as they come, in values that reports know. */
import type { Cell } from '../answer.ts'
import { duckdbError } from './duckdb-error.ts'
import type { DuckdbResult } from './load.ts'

type Rows = unknown[][]

/** A query that has come to its first rows. */
export interface Begun {
  readonly result: DuckdbResult
  readonly first: IteratorResult<Rows>
  readonly rest: AsyncIterator<Rows>
}

export async function* cellRows(
  first: IteratorResult<Rows>,
  rest: AsyncIterator<Rows>,
): AsyncGenerator<readonly (readonly Cell[])[]> {
  try {
    for (let next = first; !next.done; next = await rest.next()) yield next.value.map(row => row.map(cellOf))
  } catch (error) {
    throw duckdbError(error)
  }
}

function cellOf(value: unknown): Cell {
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint') return value
  return String(value)
}
