/** What a plan says of the tables that its run makes beside the one that it is about. */
import type { Session } from '../../mysql/session.ts'
import { join, sql } from '../../mysql/sql.ts'
import type { TableName } from '../../mysql/table-name.ts'
import type { JobFact } from '../../run/job-events.ts'
import { runsTable } from './run-rows.ts'

/** Of these names, and of that of the history, those that are not in the database yet. Empty: it makes none. */
export async function madeTables(
  session: Session,
  database: string,
  names: readonly string[] = [],
): Promise<readonly JobFact[]> {
  const all = [...names, runsTable]
  const found = await session.cells(
    sql`SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${database} AND TABLE_NAME IN (${join(all.map(each => sql`${each}`))})`,
    `looking for tables of ${database}`,
  )
  const there = found.map(([cell]) => cell?.toString('utf8'))
  const missing = all.filter(each => !there.includes(each))
  const text = (table: TableName['table']): string =>
    `${database}.${table}${table === runsTable ? ', the history of its runs' : ''}`
  return missing.length === 0 ? [] : [{ name: 'makes', text: missing.map(text).join(', ') }]
}
