/** How a column is read as bytes that lose nothing, and how such bytes are written as SQL again. */
import type { Table } from './catalog.ts'
import type { Column } from './columns.ts'
import { exactJson } from './json-numbers.ts'
import { join, name, quotedBytes, type Sql, sql, trusted } from './sql.ts'

/**
 * - `text`: as the server prints it; strings and blobs are their own bytes
 * - `double`: FLOAT as text keeps about six digits, so it is read as the DOUBLE that holds it exactly
 * - `utf8`: text of another character set as the server converts it
 * - `number`: ENUM and SET as their number where the text does not say which member it is, or where they order the rows
 */
export type ReadAs = 'text' | 'double' | 'utf8' | 'number'

/** A column as a job reads and writes it. */
export interface RowColumn {
  readonly name: string
  readonly type: string
  readonly dataType: string
  readonly readAs: ReadAs
}

/** The stored columns in the table's order; `inOrder` names those that the rows are ordered by. */
export function rowColumns(
  { stored }: Pick<Table, 'stored'>,
  inOrder: readonly string[],
): readonly RowColumn[] {
  return stored.map(column => ({
    name: column.name,
    type: column.type,
    dataType: column.dataType,
    readAs: readAs(column, inOrder.includes(column.name)),
  }))
}

function readAs({ dataType, type }: Column, isInOrder: boolean): ReadAs {
  if (dataType === 'float') return 'double'
  // DOUBLE(10,2) is printed rounded.
  if (dataType === 'double' && type.includes('(')) return 'double'
  const isEnumeration = dataType === 'enum' || dataType === 'set'
  // An ENUM that holds no member at all and one that holds the member '' print alike.
  return isEnumeration && (isInOrder || /[(,]''[,)]/.test(type)) ? 'number' : 'text'
}

/** The select list. */
export function selectList(columns: readonly RowColumn[]): Sql {
  return join(columns.map(readSql))
}

/** The column as it is selected. */
export function readSql({ name: column, readAs: how }: RowColumn): Sql {
  if (how === 'number') return sql`CAST(${name(column)} AS UNSIGNED)`
  if (how === 'utf8') return sql`CONVERT(${name(column)} USING utf8mb4)`
  // Not + 0e0: that would make 0 of -0.
  return how === 'double' ? sql`${name(column)} * 1e0` : name(column)
}

const digits = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i
const exactNumbers = ['tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'decimal', 'year']
/** Types that take no bytes without a character set for their text. */
const printedTypes = ['inet4', 'inet6', 'uuid']

/** The literal that stores or compares just what was read. */
export function cellSql({ dataType, readAs: how, name: column }: RowColumn, cell: Uint8Array | null): Sql {
  if (cell === null) return trusted('NULL')
  const isApproximate = how === 'double' || dataType === 'double'
  if (isApproximate || how === 'number' || exactNumbers.includes(dataType)) {
    const text = Buffer.from(cell).toString('latin1')
    if (!digits.test(text))
      throw new TypeError(`${JSON.stringify(text.slice(0, 80))} is no number (column ${column})`)
    // A literal without an exponent is a DECIMAL.
    return trusted(isApproximate && !/e/i.test(text) ? `${text}e0` : text)
  }
  if (how === 'utf8') return sql`_utf8mb4 ${quotedBytes(cell)}`
  // MySQL compares a BIT with 0x... as numbers with a sign, so that one of 2^63 and more is less than all others.
  if (dataType === 'bit') return trusted(String(bitNumber(cell)))
  if (printedTypes.includes(dataType)) return sql`_latin1 ${quotedBytes(cell)}`
  // Stored, it becomes JSON where the column is; MariaDB keeps the text, and knows no CAST to it.
  if (dataType === 'json') return sql`CONVERT(${quotedBytes(exactJson(Buffer.from(cell)))} USING utf8mb4)`
  return quotedBytes(cell)
}

/** The number that the bytes of a BIT are. */
export function bitNumber(cell: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(cell).toString('hex') || '00'}`)
}
