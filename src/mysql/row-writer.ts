/** Writes rows as they were read: INSERTs with all columns by name, cut to what the server takes as one packet. */
import type { Table } from './catalog.ts'
import { cellSql, type RowColumn } from './column-sql.ts'
import { join, name, Sql, sql } from './sql.ts'
import { type TableName, tableSql } from './table-name.ts'
import { cellsOf, type WireRow } from './wire-row.ts'

/** A server reads a long INSERT slower than several of this size. */
const usualBytes = 1024 * 1024
/** What a packet holds beside its statement. */
const packetHeadBytes = 64

/**
 * The statements that insert these rows, in their order. A row alone that is larger than the server's packet is in a
 * statement of its own, which the server then refuses by name.
 */
export function* insertStatements(
  table: TableName & Partial<Pick<Table, 'columns'>>,
  saved: readonly RowColumn[],
  rows: Iterable<WireRow>,
  maxAllowedPacket: number,
): Generator<{ readonly statement: Sql; readonly rows: number }> {
  const columns = saved.map(each => asThere(each, table))
  const head = sql`INSERT INTO ${tableSql(table)} (${join(columns.map(column => name(column.name)))}) VALUES `
  const most = Math.min(usualBytes, maxAllowedPacket - packetHeadBytes)
  let tuples: string[] = []
  let bytes = head.bytes.length
  for (const row of rows) {
    const tuple = rowSql(columns, row).bytes
    if (tuples.length > 0 && bytes + tuple.length + 1 > most) {
      yield { statement: new Sql(head.bytes + tuples.join(',')), rows: tuples.length }
      tuples = []
      bytes = head.bytes.length
    }
    tuples.push(tuple)
    bytes += tuple.length + 1
  }
  if (tuples.length > 0) yield { statement: new Sql(head.bytes + tuples.join(',')), rows: tuples.length }
}

/** JSON of MySQL is the text that it is where the column keeps texts, as MariaDB's JSON does. */
function asThere(column: RowColumn, { columns }: Partial<Pick<Table, 'columns'>>): RowColumn {
  if (column.dataType !== 'json') return column
  return { ...column, dataType: columns?.find(each => each.name === column.name)?.dataType ?? 'json' }
}

/** One row as a list of literals. */
function rowSql(columns: readonly RowColumn[], row: WireRow): Sql {
  const cells = cellsOf(row)
  if (cells.length !== columns.length)
    throw new RangeError(`a row has ${cells.length} cells for ${columns.length} columns`)
  return sql`(${join(columns.map((column, index) => cellSql(column, cells[index] ?? null)))})`
}
