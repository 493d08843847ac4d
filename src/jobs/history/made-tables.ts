/** What a plan says of the tables that its run makes beside the one that it is about. */
import type { Session } from '../../mysql/session.ts'
import { join, sql } from '../../mysql/sql.ts'
import type { PgSession } from '../../postgres/session.ts'
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
  return makesFact(
    database,
    all,
    found.map(([cell]) => cell?.toString('utf8')),
  )
}

/** The same of a schema of PostgreSQL, which need not be there. */
export async function madePgTables(
  session: PgSession,
  schema: string,
  names: readonly string[],
): Promise<readonly JobFact[]> {
  const found = await session.query(
    'SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1',
    `looking for tables of ${schema}`,
    [schema],
  )
  return makesFact(
    schema,
    [...names, runsTable],
    found.rows.map(([cell]) => cell),
  )
}

function makesFact(
  place: string,
  names: readonly string[],
  there: readonly (string | null | undefined)[],
): readonly JobFact[] {
  const missing = names.filter(each => !there.includes(each))
  const text = (table: string): string =>
    `${place}.${table}${table === runsTable ? ', the history of its runs' : ''}`
  return missing.length === 0 ? [] : [{ name: 'makes', text: missing.map(text).join(', ') }]
}
