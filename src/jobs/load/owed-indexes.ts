/**
 * Indexes that a load takes away are owed. An empty twin of the table, beside it on the server, says so from before the
 * first one goes until the last one is back: whoever looks sees it, from any machine, whatever was killed in between.
 */
import { createHash } from 'node:crypto'
import { OpsError } from '../../base/errors.ts'
import type { Table } from '../../mysql/catalog.ts'
import { errorNumber } from '../../mysql/mysql-error.ts'
import type { Session } from '../../mysql/session.ts'
import { join, name, rawSql, sql } from '../../mysql/sql.ts'
import { type TableName, tableSql, tableText } from '../../mysql/table-name.ts'

/** An index that is not there, as the server itself writes its definition. */
export interface OwedIndex {
  readonly name: string
  readonly definition: string
}

/** The table that remembers the indexes of this one. */
export function twinOf({ database, table }: TableName): TableName {
  const whole = `_ops_owed_${table}`
  if ([...whole].length <= 64) return { database, table: whole }
  return { database, table: `_ops_owed_${createHash('sha256').update(table).digest('hex').slice(0, 40)}` }
}

/** What an earlier load owes to this table; undefined: there is no twin. */
export async function owedIndexes(
  session: Session,
  of: TableName,
): Promise<readonly OwedIndex[] | undefined> {
  const twin = twinOf(of)
  const doing = `looking for indexes that are owed to ${tableText(of)}`
  const there = await session.cells(
    sql`SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${twin.database} AND TABLE_NAME = ${twin.table}`,
    doing,
  )
  if (there.length === 0) return undefined
  const wanted = await definitions(session, twin, doing)
  const present = new Set((await definitions(session, of, doing)).map(each => each.name.toLowerCase()))
  return wanted.filter(each => !present.has(each.name.toLowerCase()))
}

/** Indexes that a load does better without: those that neither decide about a row nor are needed while it runs. */
export async function removableIndexes(session: Session, table: Table): Promise<readonly string[]> {
  const { database, table: tableName } = table
  const bound = await session.records(
    sql`SELECT COLUMN_NAME AS name FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = ${database}
      AND TABLE_NAME = ${tableName} AND REFERENCED_TABLE_NAME IS NOT NULL
      UNION SELECT REFERENCED_COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE
      WHERE REFERENCED_TABLE_SCHEMA = ${database} AND REFERENCED_TABLE_NAME = ${tableName}`,
    `looking at the foreign keys of ${tableText(table)}`,
  )
  const kept = new Set([
    ...bound.map(each => each.name ?? ''),
    ...table.columns.filter(each => each.isAutoIncrement).map(each => each.name),
  ])
  return table.indexes
    .filter(
      index =>
        !index.isUnique &&
        index.kind === 'BTREE' &&
        !index.isIgnored &&
        !kept.has(index.columns[0]?.name ?? ''),
    )
    .map(index => index.name)
}

/** Takes them away; from the first statement on they are owed. */
export async function takeIndexes(
  session: Session,
  table: TableName,
  names: readonly string[],
): Promise<void> {
  const twin = twinOf(table)
  const doing = `taking indexes of ${tableText(table)} away`
  await session.query(sql`CREATE TABLE ${tableSql(twin)} LIKE ${tableSql(table)}`, doing)
  await session.query(
    sql`ALTER TABLE ${tableSql(twin)} COMMENT = 'ops: indexes that the table is owed; ops db load puts them back'`,
    doing,
  )
  const drops = join(names.map(each => sql`DROP INDEX ${name(each)}`))
  await session.query(sql`ALTER TABLE ${tableSql(table)} ${drops}`, doing)
}

/** Puts back what is owed, and answers with the names. Somebody else may do the same just then. */
export async function putBack(session: Session, table: TableName): Promise<readonly string[]> {
  const owed = await owedIndexes(session, table)
  if (!owed) return []
  const twin = twinOf(table)
  const doing = `putting indexes of ${tableText(table)} back`
  await refuseFilled(session, twin)
  if (owed.length > 0) {
    // An ALTER of a run that was killed may still be at work on the server: this one waits for it.
    await session.query(sql`SET lock_wait_timeout = 86400`, doing)
    const adds = rawSql(owed.map(each => `ADD ${each.definition}`).join(', '))
    try {
      await session.query(sql`ALTER TABLE ${tableSql(table)} ${adds}`, doing)
    } catch (thrown) {
      const isThereNow = errorNumber(thrown) === 1061 && (await owedIndexes(session, table))?.length === 0
      if (!isThereNow) throw stillOwed(thrown, table, owed)
    } finally {
      if (session.lost === undefined) await session.query(sql`SET lock_wait_timeout = 5`, doing)
    }
  }
  await session.query(sql`DROP TABLE ${tableSql(twin)}`, doing)
  return owed.map(each => each.name)
}

/** Nobody's rows go with it: the twin never has any. */
async function refuseFilled(session: Session, twin: TableName): Promise<void> {
  const rows = await session.cells(
    sql`SELECT 1 FROM ${tableSql(twin)} LIMIT 1`,
    `looking at ${tableText(twin)}`,
  )
  if (rows.length === 0) return
  throw new OpsError({
    code: 'failed',
    title: `${session.source}: ${tableText(twin)} has rows, but ops db load needs a table of this name for itself`,
    changed: 'no',
    next: 'Rename that table, then run the same command again.',
  })
}

function stillOwed(thrown: unknown, table: TableName, owed: readonly OwedIndex[]): unknown {
  if (!(thrown instanceof OpsError)) return thrown
  return new OpsError(
    {
      ...thrown.data,
      detail: `Still owed to ${tableText(table)}: ${owed.map(each => each.name).join(', ')}.`,
      next: `ops db load SOURCE DB.TABLE --put-back tries again, from any machine. Where they are not wanted any more: DROP TABLE ${tableText(twinOf(table))}, which has no rows and only remembers them.`,
    },
    { cause: thrown },
  )
}

/** The lines of SHOW CREATE TABLE that are indexes other than the primary key. */
async function definitions(session: Session, table: TableName, doing: string): Promise<readonly OwedIndex[]> {
  const [record] = await session.records(sql`SHOW CREATE TABLE ${tableSql(table)}`, doing)
  const text = record?.['Create Table'] ?? ''
  return [...text.matchAll(/^ {2}((?:UNIQUE |FULLTEXT |SPATIAL )?KEY `((?:[^`]|``)+)` .*?),?$/gm)].map(
    ([, definition = '', quoted = '']) => ({ name: quoted.replaceAll('``', '`'), definition }),
  )
}
