/** The table as it is now, and how its days are walked. */
import { readTable, type Table } from '../../mysql/catalog.ts'
import { type RowColumn, rowColumns } from '../../mysql/column-sql.ts'
import { checkDirection, type Key, keyOf, orderBy, type WalkOrder } from '../../mysql/keys.ts'
import type { Order } from '../../mysql/keyset.ts'
import { lookAgain } from '../../mysql/look-again.ts'
import type { Session } from '../../mysql/session.ts'
import { sql } from '../../mysql/sql.ts'
import { type TableName, tableSql, tableText } from '../../mysql/table-name.ts'
import { indexOn } from './refusals.ts'

export interface TableShape {
  readonly table: Table
  readonly by: string
  readonly key: readonly string[]
  readonly columns: readonly RowColumn[]
  readonly order: {
    readonly index: string
    readonly columns: Order
    /** Where the columns of the order stand in a row. */
    readonly at: readonly number[]
    readonly isByColumn: boolean
    /** False: by the column alone, in which many rows may be equal. */
    readonly isUnique: boolean
  }
  readonly createTable: string
}

/** By the column and then the key where an index gives out rows so, else by the column alone. Without an index, by the key. */
function walkOf(table: Table, key: Key, by: string): WalkOrder & { readonly isUnique: boolean } {
  const walk = orderBy(table, key, by)
  const index = indexOn(table, by)
  if (walk.isByColumn || index === undefined) return { ...walk, isUnique: true }
  return { index, columns: [by], isByColumn: true, isUnique: false }
}

export async function readShape(session: Session, wanted: TableName, by: string): Promise<TableShape> {
  return shapeOf(session, await readTable(session, wanted), by)
}

/** In the midst of a dump. @throws OpsError `moved` where the table is gone, or can be dumped no more as it is. */
export function readShapeAgain(session: Session, { table, by }: TableShape): Promise<TableShape> {
  return lookAgain(() => readShape(session, table, by), table, {
    source: session.source,
    during: 'dumping its days',
    next: 'Days that have a receipt are whole. Run the same command again once the table is there as it was.',
  })
}

export async function shapeOf(session: Session, table: Table, by: string): Promise<TableShape> {
  const key = keyOf(table)
  const walk = walkOf(table, key, by)
  checkDirection(table, walk)
  const columns = rowColumns(table, [...walk.columns, ...key.columns])
  const at = walk.columns.map(column => columns.findIndex(each => each.name === column))
  const doing = `looking at ${tableText(table)}`
  const [created] = await session.records(sql`SHOW CREATE TABLE ${tableSql(table)}`, doing)
  return {
    table,
    by,
    key: key.columns,
    columns,
    order: {
      index: walk.index,
      columns: at.map(index => {
        const column = columns[index]
        if (!column) throw new RangeError('an order has columns of its table')
        return column
      }),
      at,
      isByColumn: walk.isByColumn,
      isUnique: walk.isUnique,
    },
    createTable: created?.['Create Table'] ?? '',
  }
}
