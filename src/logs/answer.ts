/** What an engine gives back for a question: rows of plain cells, whichever engine it was. */

export type Cell = null | boolean | number | bigint | string

export interface Answer {
  readonly columns: readonly string[]
  /** True for columns of numbers, which stand to the right. */
  readonly isNumber: readonly boolean[]
  /** Some rows at a time. */
  readonly rows: AsyncIterable<readonly (readonly Cell[])[]>
}

/** A column of the table `logs`. */
export interface SqlColumn {
  readonly name: string
  readonly type: SqlType
}

export type SqlType = 'text' | 'integer' | 'double' | 'timestamp'
