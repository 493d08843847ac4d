/**
 * Where a table is divided so that each shard has about as many old rows: some hundred of their keys are picked at equal steps
 * along the index, and the server puts them in the order of the key. Only how equal the parts are depends on them.
 */
import type { Table } from '../../mysql/catalog.ts'
import type { RowColumn } from '../../mysql/column-sql.ts'
import type { Key, WalkOrder } from '../../mysql/keys.ts'
import { after, among, type Order, orderByList, type Position, placeList } from '../../mysql/keyset.ts'
import type { Session } from '../../mysql/session.ts'
import { join, name, type Sql, sql } from '../../mysql/sql.ts'
import { tableSql, tableText } from '../../mysql/table-name.ts'
import { columnsOfKey } from './with-child.ts'

export interface ToDivide {
  readonly table: Table
  readonly key: Key
  readonly order: WalkOrder
  readonly columns: readonly RowColumn[]
  /** Which rows are walked along the order. */
  readonly bound: Sql
  /** About how many there are. */
  readonly rows: number
}

/** A server looks them up one by one: of many more it would rather read the table. */
const mostPicked = 500
const pickedEach = 64

/** The last key of each part but the last; fewer where there are fewer rows. */
export async function chooseBorders(session: Session, work: ToDivide, parts: number): Promise<Position[]> {
  if (parts === 1) return []
  const sorted = await inOrder(session, work, await pickKeys(session, work, parts))
  const ends = Array.from({ length: parts - 1 }, (_, part) => Math.ceil(((part + 1) * sorted.length) / parts))
  return [...new Set(ends)].map(end => sorted[end - 1]).filter(each => each !== undefined)
}

async function pickKeys(session: Session, work: ToDivide, parts: number): Promise<readonly Position[]> {
  const { table, key, order, columns, bound, rows } = work
  const doing = `dividing ${tableText(table)}`
  const along: Order = columnsOfKey({ index: order.index, columns: order.columns }, columns)
  const step = Math.max(1, Math.ceil(rows / Math.min(mostPicked, parts * pickedEach)))
  const picked: Position[] = []
  let place: Position | undefined
  // An estimate may be far below what there is.
  while (picked.length < 2 * mostPicked) {
    const conditions = [sql`(${bound})`, ...(place ? [after(along, place)] : [])]
    const [found] = await session.cells(
      sql`SELECT ${placeList(along)} FROM ${tableSql(table)} FORCE INDEX (${name(order.index)})
        WHERE ${join(conditions, ' AND ')} ORDER BY ${orderByList(along)} LIMIT ${step - 1}, 1`,
      doing,
    )
    if (!found) break
    place = found.map(copied)
    picked.push(key.columns.map(column => place?.[order.columns.indexOf(column)] ?? null))
  }
  return picked
}

async function inOrder(
  session: Session,
  { table, key, columns }: ToDivide,
  keys: readonly Position[],
): Promise<readonly Position[]> {
  if (keys.length === 0) return []
  const ofKey = columnsOfKey(key, columns)
  const rows = await session.cells(
    sql`SELECT ${placeList(ofKey)} FROM ${tableSql(table)} FORCE INDEX (${name(key.index)})
      WHERE ${among(ofKey, keys)} ORDER BY ${orderByList(ofKey)}`,
    `dividing ${tableText(table)}`,
  )
  return rows.map(row => row.map(copied))
}

const copied = (cell: Buffer | null): Buffer | null => (cell === null ? null : Buffer.from(cell))
