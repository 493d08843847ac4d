/** The table as it is now, and how its days are walked. */
import { readTable, type Table, type TableName, tableSql, tableText } from '../../mysql/catalog.ts'
import { type RowColumn, rowColumns } from '../../mysql/column-sql.ts'
import { checkDirection, keyOf, orderBy } from '../../mysql/keys.ts'
import type { Order } from '../../mysql/keyset.ts'
import type { Session } from '../../mysql/session.ts'
import { sql } from '../../mysql/sql.ts'

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
  }
  readonly createTable: string
}

export async function readShape(session: Session, wanted: TableName, by: string): Promise<TableShape> {
  return shapeOf(session, await readTable(session, wanted), by)
}

export async function shapeOf(session: Session, table: Table, by: string): Promise<TableShape> {
  const key = keyOf(table)
  const walk = orderBy(table, key, by)
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
    },
    createTable: created?.['Create Table'] ?? '',
  }
}
