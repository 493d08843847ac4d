/** How a saved row came to be another one in its table, cell by cell, and what may be done about it. */
import { OpsError } from '../../base/errors.ts'
import type { Table } from '../../mysql/catalog.ts'
import { type RowColumn, selectList } from '../../mysql/column-sql.ts'
import { at } from '../../mysql/keyset.ts'
import type { Session } from '../../mysql/session.ts'
import { sql } from '../../mysql/sql.ts'
import { tableSql, tableText } from '../../mysql/table-name.ts'
import { cellsOf, type WireRow } from '../../mysql/wire-row.ts'

type Cell = Buffer | null

/** The error of rows that were restored and are not what was saved. `whose`: `of this batch`. */
export async function otherRowError(
  session: Session,
  table: Table,
  title: string,
  whose: string,
  saved:
    | { readonly row: WireRow; readonly columns: readonly RowColumn[]; readonly key: readonly string[] }
    | undefined,
): Promise<OpsError> {
  const found = saved && (await difference(session, table, saved.row, saved.columns, saved.key))
  const way = found?.isZeroSign
    ? 'MariaDB stores 0 where -0 is written, so that such a row cannot be there as it was: restore it into a MySQL server. Where 0 is as good, load the files without ops: each says how in its first line.'
    : 'Look for a trigger that changes rows, or a column that takes less (NOT NULL), or restore into a table without one.'
  return new OpsError({
    code: 'not-converged',
    title: `${session.source}: ${title}`,
    ...(found && { detail: found.text }),
    changed: 'no',
    next: `Nothing ${whose} was restored. ${way}`,
  })
}

/** What of a row is otherwise in its table: for people. */
async function difference(
  session: Session,
  table: Table,
  row: WireRow,
  columns: readonly RowColumn[],
  key: readonly string[],
): Promise<{ readonly text: string; readonly isZeroSign: boolean }> {
  const saved = cellsOf(row)
  const keyColumns = columns.filter(each => key.includes(each.name))
  const place = keyColumns.map(each => saved[columns.indexOf(each)] ?? null)
  const which = `The first of them has the key ${place.map(shown).join(', ')}`
  if (keyColumns.length === 0)
    return { text: 'The table has no key that tells its rows apart.', isZeroSign: false }
  const [there] = await session.cells(
    sql`SELECT ${selectList(columns)} FROM ${tableSql(table)} WHERE ${at(keyColumns, place)} LIMIT 1`,
    `reading ${tableText(table)}`,
  )
  if (!there) return { text: `${which}, and is not there.`, isZeroSign: false }
  const other = columns.flatMap((column, index) => {
    const [was, is] = [saved[index] ?? null, there[index] ?? null]
    return isEqual(was, is) ? [] : [{ column, was, is }]
  })
  const most = 3
  const cells = other
    .slice(0, most)
    .map(({ column, was, is }) => `${column.name} was saved as ${shown(was)} and is ${shown(is)}`)
  return {
    text: `${which}: ${cells.join(', ')}${other.length > most ? ', ...' : ''}.`,
    isZeroSign: other.length > 0 && other.every(isZeroSign),
  }
}

/** Zero with a sign, which MySQL stores and MariaDB does not. */
function isZeroSign({ column, was, is }: Readonly<{ column: RowColumn; was: Cell; is: Cell }>): boolean {
  const isFloat = column.dataType === 'float' || column.dataType === 'double'
  return isFloat && was?.toString() === '-0' && is?.toString() === '0'
}

const isEqual = (one: Cell, other: Cell): boolean =>
  one === null || other === null ? one === other : one.equals(other)

const mostBytes = 40

/** As the server wrote it; what is no text is shown as hex. */
function shown(cell: Cell): string {
  if (cell === null) return 'NULL'
  const text = cell.subarray(0, mostBytes).toString('latin1')
  const more = cell.length > mostBytes ? '...' : ''
  return /^[ -~]*$/.test(text)
    ? `${text}${more}`
    : `0x${cell.subarray(0, mostBytes / 2).toString('hex')}${cell.length > mostBytes / 2 ? '...' : ''}`
}
