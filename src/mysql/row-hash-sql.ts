/**
 * The hash of rows as the server itself computes it: of the same bytes as `row-hash.ts`, so that a day is compared without
 * being sent. Half of it, 64 bits, is enough for that. Where the two differ the rows are read and compared here: a server
 * that prints a value otherwise inside of CONCAT costs time, and never hides a change.
 */
import { type RowColumn, readSql } from './column-sql.ts'
import type { RowsDigest } from './row-hash.ts'
import type { Session } from './session.ts'
import { join, type Sql, sql, trusted } from './sql.ts'

/** Of types whose text is always shorter than 251 bytes. */
const shortTypes =
  /^(?:(?:tiny|small|medium|big)?int|decimal|float|double|year|date|datetime|timestamp|time|bit|enum|uuid|inet[46])$/

/** Of the rows that `rest` names, as `FROM t WHERE ...`: how many, and the first half of what `RowsHasher` makes. */
export async function serverDigest(
  session: Session,
  columns: readonly RowColumn[],
  rest: Sql,
  doing: string,
): Promise<RowsDigest> {
  const rowHash = sql`LEFT(SHA2(CONCAT(${join(columns.map(cellBytes))}), 256), 16)`
  const [row] = await session.cells(
    sql`SELECT COUNT(*), LPAD(HEX(BIT_XOR(CAST(CONV(${rowHash}, 16, 10) AS UNSIGNED))), 16, '0') ${rest}`,
    doing,
  )
  const [rows = '0', hash = ''] = (row ?? []).map(cell => cell?.toString() ?? '')
  return { rows: Number(rows), hash: hash.toLowerCase() }
}

/** Whether what the server computed is of the same rows. */
export function isSameOnServer(onServer: RowsDigest, rows: RowsDigest): boolean {
  return onServer.rows === rows.rows && onServer.hash === rows.hash.slice(0, 16)
}

/** A cell as the protocol carries it. */
function cellBytes(column: RowColumn): Sql {
  const read = readSql(column)
  // Binary, so that texts of several character sets stand beside each other unconverted.
  const cell = sql`CAST(${read} AS BINARY)`
  const length = sql`LENGTH(${cell})`
  const head = shortTypes.test(column.dataType) ? sql`CHAR(${length})` : lengthHead(length)
  return sql`COALESCE(CONCAT(${head}, ${cell}), ${trusted('0xFB')})`
}

/** Length-encoded integer (MySQL Internals, Protocol::LengthEncodedInteger). */
function lengthHead(length: Sql): Sql {
  const low = sql`${length} & 255, ${length} >> 8 & 255`
  return sql`CASE WHEN ${length} < 251 THEN CHAR(${length}) WHEN ${length} < 65536 THEN CHAR(252, ${low})
    WHEN ${length} < 16777216 THEN CHAR(253, ${low}, ${length} >> 16) ELSE CHAR(254, ${low}, ${length} >> 16 & 255, ${length} >> 24, 0, 0, 0, 0) END`
}
