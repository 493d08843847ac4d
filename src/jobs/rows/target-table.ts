/** The table that saved rows go back into: as it is there, whether it can hold them, or made as it was. */
import { InputErrors, inputError, OpsError } from '../../base/errors.ts'
import { readTable, type Table } from '../../mysql/catalog.ts'
import { typeSpelling } from '../../mysql/columns.ts'
import type { Session } from '../../mysql/session.ts'
import { name, rawSql, sql } from '../../mysql/sql.ts'
import { type TableName, tableText } from '../../mysql/table-name.ts'
import type { RowsHeader } from './rows-file.ts'

/** Undefined: there is no such table. */
export async function existingTable(session: Session, target: TableName): Promise<Table | undefined> {
  const there = await session.cells(
    sql`SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${target.database} AND TABLE_NAME = ${target.table}`,
    `looking for ${tableText(target)}`,
  )
  return there.length === 0 ? undefined : readTable(session, target)
}

/** Each saved column must be there as it was; others may have come since. `saved` is a word as `archived`. */
export function checkColumns(
  where: string,
  columns: readonly { readonly name: string; readonly type: string; readonly isGenerated?: boolean }[],
  header: Pick<RowsHeader, 'columns'>,
  saved: string,
): void {
  const problems = header.columns.flatMap(({ name: column, type }) => {
    const now = columns.find(each => each.name === column)
    if (!now) return [`${where} has no column ${column} (${type}), which was ${saved}`]
    if (now.isGenerated) return [`${column} of ${where} is computed now, and was ${saved} as ${type}`]
    // MariaDB makes a text of the JSON of MySQL.
    const isSame =
      typeSpelling(now.type) === typeSpelling(type) || (type === 'json' && now.type === 'longtext')
    return isSame ? [] : [`${column} of ${where} is ${now.type} now, and was ${saved} as ${type}`]
  })
  const next = `Nothing was restored. Make a table that has every ${saved} column as it was, and name it with --into.`
  if (problems.length > 0) throw new InputErrors(problems.map(title => inputError(title, { next }).data))
}

/** A line of SHOW CREATE TABLE. Names of foreign keys are unique in a database, and what they lead to may not be there. */
const foreignKeyLine = /^ *CONSTRAINT `(?:[^`]|``)*` FOREIGN KEY .*$/

/** The foreign keys that a table is made without. */
export function foreignKeysOf({ createTable }: Pick<RowsHeader, 'createTable'>): readonly string[] {
  return createTable
    .split('\n')
    .filter(line => foreignKeyLine.test(line))
    .map(line => line.trim().replace(/,$/, ''))
}

function withoutForeignKeys(definition: string): string {
  const lines = definition.split('\n').filter(line => !foreignKeyLine.test(line))
  return lines.join('\n').replace(/,\n\)/, '\n)')
}

/** As it was saved, under its new name. `from` is what does not say how: `archive`. */
export async function makeTable(
  session: Session,
  target: TableName,
  { createTable }: Pick<RowsHeader, 'createTable'>,
  from: string,
): Promise<void> {
  const definition = /^CREATE TABLE `(?:[^`]|``)*` ([\s\S]*)$/.exec(createTable)?.[1]
  if (definition === undefined) {
    throw new OpsError({
      code: 'failed',
      title: `there is no table ${tableText(target)}, and the ${from} does not say how to make it`,
      changed: 'no',
      next: 'Make the table, then run the same command again.',
    })
  }
  const doing = `making ${tableText(target)}`
  await session.query(
    sql`CREATE TABLE ${name(target.database, target.table)} ${rawSql(withoutForeignKeys(definition))}`,
    doing,
  )
}
