/** Foreign keys that lead to a table, and the columns of one. */
import type { Session } from './session.ts'
import { sql } from './sql.ts'
import { type TableName, tableText } from './table-name.ts'

/** Another table whose foreign key leads here. */
export interface Child {
  readonly table: TableName
  readonly constraint: string
  readonly onDelete: string
}

/** Of all databases that the account may see. */
export async function readChildren(
  session: Session,
  { database, table }: TableName,
  doing: string,
): Promise<Child[]> {
  const records = await session.records(
    sql`SELECT CONSTRAINT_SCHEMA AS child_database, TABLE_NAME AS child, CONSTRAINT_NAME AS constraint_name,
        DELETE_RULE AS on_delete FROM information_schema.REFERENTIAL_CONSTRAINTS
        WHERE UNIQUE_CONSTRAINT_SCHEMA = ${database} AND REFERENCED_TABLE_NAME = ${table}`,
    doing,
  )
  return records.map(record => ({
    table: { database: record.child_database ?? '', table: record.child ?? '' },
    constraint: record.constraint_name ?? '',
    onDelete: record.on_delete ?? '',
  }))
}

/** The columns of a foreign key that refer, each with the one that it refers to. */
export async function readForeignKey(
  session: Session,
  { table, constraint }: Child,
): Promise<readonly { readonly column: string; readonly to: string }[]> {
  const records = await session.records(
    sql`SELECT COLUMN_NAME AS column_name, REFERENCED_COLUMN_NAME AS refers_to FROM information_schema.KEY_COLUMN_USAGE
        WHERE TABLE_SCHEMA = ${table.database} AND TABLE_NAME = ${table.table} AND CONSTRAINT_NAME = ${constraint}
        AND REFERENCED_COLUMN_NAME IS NOT NULL ORDER BY ORDINAL_POSITION`,
    `looking at ${tableText(table)}`,
  )
  return records.map(record => ({ column: record.column_name ?? '', to: record.refers_to ?? '' }))
}
