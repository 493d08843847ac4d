/** Gathers rows as columns in the layout of DuckDB's vectors: nothing is written as text to be read again. */
import type { SqlColumn } from '../answer.ts'
import { CellFinder } from '../cell-finder.ts'
import type { ColumnSource } from '../columns.ts'
import type { Positions } from '../line-matcher.ts'
import { isoTime } from '../log-time.ts'
import type { RowSink } from '../row-sink.ts'
import type { GroupRows } from '../table.ts'
import { NumberCells } from './number-cells.ts'
import { TextCells } from './text-cells.ts'
import { TimeCells } from './time-cells.ts'

export type ColumnCells = TextCells | NumberCells | TimeCells

const dash = 0x2d

export class ColumnWriter implements RowSink {
  /** Rows. */
  length = 0
  readonly columns: readonly ColumnCells[]
  readonly #sources: readonly ColumnSource[]
  readonly #cells: CellFinder

  constructor({ columns, escaping, host }: GroupRows, types: readonly SqlColumn[]) {
    this.#sources = columns.map(column => column.source)
    this.#cells = new CellFinder(escaping, host)
    this.columns = types.map(({ type }) =>
      type === 'text' ? new TextCells() : type === 'timestamp' ? new TimeCells() : new NumberCells(type),
    )
  }

  begin(): void {
    this.length = 0
    for (const column of this.columns) column.begin()
  }

  row(line: Buffer, _from: number, _to: number, positions: Positions, timeMs: number): void {
    const cells = this.#cells
    cells.begin()
    for (let index = 0; index < this.columns.length; index++) {
      const column = this.columns[index] as ColumnCells
      const source = this.#sources[index] as ColumnSource
      if (column instanceof TimeCells) column.add(source.kind === 'time' ? timeMs : Number.NaN)
      else if (source.kind === 'time' && column instanceof TextCells && !Number.isNaN(timeMs)) {
        // Another format has a field of this name.
        const text = Buffer.from(isoTime(timeMs))
        column.add(text, 0, text.length, 0)
      } else if (source.kind === 'time' || !cells.find(source, line, positions)) column.addNull()
      // What a server had nothing to write for.
      else if (cells.to - cells.from === 1 && cells.bytes[cells.from] === dash) column.addNull()
      else column.add(cells.bytes, cells.from, cells.to, cells.marks)
    }
    this.length++
  }
}
