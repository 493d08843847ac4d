/** CREATE TABLE for a copy of a table of MySQL or MariaDB: pure text, from its catalog. */
import type { Table } from '../mysql/catalog.ts'
import type { Column } from '../mysql/columns.ts'
import { type TargetEngine, targetType } from './column-types.ts'
import { nameList, quoteName } from './sql.ts'
import type { PgTableName } from './table-name.ts'

/** One column as the target has or gets it. */
export interface TargetColumn {
  readonly name: string
  readonly type: string
  readonly isNullable: boolean
}

/** What a soft delete writes. */
export const deletedAtColumn: TargetColumn = { name: 'ops_deleted_at', type: 'timestamptz', isNullable: true }

const datedTypes = ['date', 'datetime', 'timestamp']

/** Undefined in place of a column whose type ops does not know. A date may be one that is none, and becomes NULL. */
export function targetColumns(
  columns: readonly Column[],
  key: readonly string[],
  engine: TargetEngine,
): readonly (TargetColumn | undefined)[] {
  return columns.map(column => {
    const type = targetType(column, engine)
    if (type === undefined) return undefined
    const isKey = key.includes(column.name)
    const isNullable =
      !isKey && (column.isNullable || datedTypes.includes(column.dataType) || column.isGenerated)
    return { name: column.name, type, isNullable }
  })
}

/** The statement; `key` is put into it only where asked, as a key that is made after the rows is made faster. */
export function createTableText(
  table: PgTableName,
  columns: readonly TargetColumn[],
  key: readonly string[] = [],
): string {
  const lines = columns.map(
    ({ name, type, isNullable }) => `  ${quoteName(name)} ${type}${isNullable ? '' : ' NOT NULL'}`,
  )
  if (key.length > 0) lines.push(`  PRIMARY KEY ${nameList(key)}`)
  return `CREATE TABLE ${quoteName(table.schema, table.table)} (\n${lines.join(',\n')}\n)`
}

/** The whole table for a person: what `--ddl` prints. Redshift keeps a key as a hint for its planner alone. */
export function ddlText(
  source: Pick<Table, 'columns'>,
  key: readonly string[],
  table: PgTableName,
  engine: TargetEngine,
  isSoft: boolean,
): string {
  const columns = targetColumns(source.columns, key, engine).flatMap(column => (column ? [column] : []))
  return `${createTableText(table, isSoft ? [...columns, deletedAtColumn] : columns, key)};\n`
}
