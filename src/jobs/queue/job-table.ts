/** A table of jobs as workers use it, and its twin, in which parked jobs wait where no worker looks. */
import { createHash } from 'node:crypto'
import { type ErrorData, InputErrors, inputError } from '../../base/errors.ts'
import { readTable, type Table } from '../../mysql/catalog.ts'
import type { Column } from '../../mysql/columns.ts'
import { type Grant, may, readGrants } from '../../mysql/grants.ts'
import { serverState } from '../../mysql/server-state.ts'
import type { Session } from '../../mysql/session.ts'
import { ShapeGuard } from '../../mysql/shape-guard.ts'
import { join, name, type Sql, sql } from '../../mysql/sql.ts'
import { type TableName, tableSql, tableText } from '../../mysql/table-name.ts'
import { unseenTriggers } from '../../mysql/triggers.ts'

export interface JobTable {
  readonly live: TableName
  /** As it was looked at. */
  readonly looked: Table
  /** Where parked jobs are. */
  readonly parked: TableName
  /** Where the counts of moves are, by queue. */
  readonly ledger: TableName
  /** The number that names a job. */
  readonly id: string
  /** Those that are moved, quoted. */
  readonly columns: Sql
  /** The same without the number. */
  readonly others: readonly string[]
  readonly fingerprint: string
  /** True for a job that waits: no worker holds it, and it has not failed for good. */
  readonly waits: Sql
  /** True for a job that a worker holds. */
  readonly isHeld: Sql
  /** In which order workers take them. */
  readonly order: Sql
  /** The server leaves out rows that others hold, instead of waiting for them. */
  readonly skipsLocked: boolean
  /** Columns of which no two jobs of a table may have the same, beside the number. */
  readonly uniques: readonly (readonly string[])[]
  /** For the plan: what the account may not see. */
  readonly unseen: readonly string[]
}

const heldColumns = ['locked_at', 'locked_by', 'reserved_at', 'reserved_by', 'claimed_at', 'claimed_by']

/** As `delayed_jobs_parked`. */
export function besides({ database, table }: TableName, ending: string): TableName {
  const whole = `${table}_${ending}`
  if ([...whole].length <= 64) return { database, table: whole }
  return { database, table: `ops_${createHash('sha256').update(table).digest('hex').slice(0, 32)}_${ending}` }
}

/** @throws InputErrors with everything that keeps its jobs from being moved. */
export async function readJobTable(session: Session, wanted: TableName): Promise<JobTable> {
  const table = await readTable(session, wanted)
  const grants = await readGrants(session)
  const errors = await refusals(session, table, grants)
  if (errors.length > 0) throw new InputErrors(errors)
  const has = (column: string): boolean => columnOf(table, column) !== undefined
  const held = heldColumns.filter(has).map(each => name(each))
  const failed = has('failed_at') ? [sql`${name('failed_at')} IS NULL`] : []
  const id = idOf(table)?.name ?? ''
  const order = ['priority', 'run_at', 'available_at'].filter(has).map(each => name(each))
  const { flavor, number } = session.version
  return {
    live: wanted,
    looked: table,
    parked: besides(wanted, 'parked'),
    ledger: besides(wanted, 'parked_counts'),
    id,
    columns: join(table.stored.map(each => name(each.name))),
    others: table.stored.map(each => each.name).filter(each => each !== id),
    fingerprint: table.fingerprint,
    waits: sql`(${join([...held.map(each => sql`${each} IS NULL`), ...failed], ' AND ')})`,
    isHeld: sql`(${join(
      held.map(each => sql`${each} IS NOT NULL`),
      ' OR ',
    )})`,
    order: join([...order, name(id)]),
    skipsLocked: flavor === 'mariadb' ? number >= 100_600 : number >= 80_001,
    uniques: uniquesOf(table),
    unseen: unseenTriggers(grants, table),
  }
}

/** The jobs of one queue; the empty name is of those without one. */
export function ofQueue(queue: string): Sql {
  // A literal of its own character set takes the collation of the column, as that of a worker does.
  return queue === ''
    ? sql`(${name('queue')} IS NULL OR ${name('queue')} = _utf8mb4'')`
    : sql`${name('queue')} = _utf8mb4 ${queue}`
}

/** Which of the two tables of ops are there. Neither: nothing was ever parked. One alone: somebody dropped the other. */
export interface OwnTables {
  readonly parked: boolean
  readonly ledger: boolean
}

/** @throws OpsError `input` where twin and table differ. */
export async function ownTables(session: Session, jobs: JobTable): Promise<OwnTables> {
  return { parked: await hasTwin(session, jobs), ledger: await isThere(session, jobs.ledger) }
}

async function isThere(session: Session, { database, table }: TableName): Promise<boolean> {
  const found = await session.cells(
    sql`SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${database} AND TABLE_NAME = ${table}`,
    `looking for ${tableText({ database, table })}`,
  )
  return found.length > 0
}

/** @throws OpsError `input` where twin and table differ. */
async function hasTwin(session: Session, { live, parked, fingerprint }: JobTable): Promise<boolean> {
  if (!(await isThere(session, parked))) return false
  const twin = await readTable(session, parked)
  if (twin.fingerprint === fingerprint) return true
  throw inputError(`${tableText(parked)} no longer has the columns of ${tableText(live)}`, {
    next: `Change it as the table was changed: SHOW CREATE TABLE of both shows where they differ. Its jobs are safe there.`,
  })
}

/** Holds that no job loses the value of a column that came to one side while jobs are moved. The twin must be there. */
export async function queueGuard(session: Session, jobs: JobTable): Promise<ShapeGuard> {
  await hasTwin(session, jobs)
  const tables = [jobs.looked, await readTable(session, jobs.parked)]
  return new ShapeGuard(
    tables.map(table => ({ table, keyIndex: 'PRIMARY' })),
    {
      during: 'moving its jobs',
      fires: ['INSERT', 'DELETE'],
      next: `Every job is whole and on one side. Let ${tableText(jobs.live)} and ${tableText(jobs.parked)} have the same columns (SHOW CREATE TABLE of both), where they differ.`,
    },
  )
}

/** Makes twin and ledger where they are not there yet. */
export async function makeTwin(session: Session, { live, parked, ledger }: JobTable): Promise<void> {
  const doing = `making ${tableText(parked)}`
  await session.query(sql`CREATE TABLE IF NOT EXISTS ${tableSql(parked)} LIKE ${tableSql(live)}`, doing)
  await session.query(createLedger(ledger), doing)
}

export function createLedger(ledger: TableName): Sql {
  return sql`CREATE TABLE IF NOT EXISTS ${tableSql(ledger)} (queue VARBINARY(255) NOT NULL PRIMARY KEY, up_to BIGINT UNSIGNED NOT NULL, jobs BIGINT UNSIGNED NOT NULL, parked BIGINT UNSIGNED NOT NULL, dripped BIGINT UNSIGNED NOT NULL) ENGINE=InnoDB COMMENT='ops: what ops db queue moved'`
}

const columnOf = ({ columns }: Table, column: string): Column | undefined =>
  columns.find(each => each.name.toLowerCase() === column)

const integers = ['tinyint', 'smallint', 'mediumint', 'int', 'bigint']

function idOf(table: Table): Column | undefined {
  const primary = table.indexes.find(each => each.name === 'PRIMARY')
  const only = primary?.columns.length === 1 ? primary.columns[0]?.name : undefined
  const column = only == null ? undefined : columnOf(table, only.toLowerCase())
  return column && integers.includes(column.dataType) ? column : undefined
}

/** Of an expression, or of the beginning of a text, only the server can tell what is the same. */
function uniquesOf({ indexes }: Table): JobTable['uniques'] {
  return indexes
    .filter(each => each.isUnique && each.name !== 'PRIMARY')
    .filter(({ columns }) => columns.every(each => each.name !== null && !each.isPrefix))
    .map(({ columns }) => columns.map(each => each.name ?? ''))
}

async function refusals(
  session: Session,
  table: Table,
  grants: readonly Grant[],
): Promise<readonly ErrorData[]> {
  const where = tableText(table)
  const found: ErrorData[] = []
  const refuse = (title: string, next: string): void => void found.push(inputError(title, { next }).data)
  const state = await serverState(session)
  if (table.engine !== 'InnoDB')
    refuse(
      `${where} has the engine ${table.engine || table.kind}, which cannot roll back`,
      `A move that ends half-way would lose jobs: ALTER TABLE ${where} ENGINE=InnoDB.`,
    )
  if (!idOf(table))
    refuse(`${where} has no primary key of one number`, 'Name a table of jobs, as delayed_jobs.')
  if (!columnOf(table, 'queue'))
    refuse(`${where} has no column queue`, 'Name a table of jobs, as delayed_jobs.')
  if (!heldColumns.some(each => columnOf(table, each)))
    refuse(
      `${where} has no column that says whether a worker holds a job`,
      `It needs one of ${heldColumns.join(', ')}: without it, a job could be moved while a worker is at it.`,
    )
  for (const trigger of table.triggers.filter(each => each.event !== 'UPDATE'))
    refuse(
      `the trigger ${trigger.name} of ${where} fires with each job that is moved (${trigger.timing} ${trigger.event})`,
      'Nobody can tell what it changes elsewhere: drop it while the job runs.',
    )
  for (const child of table.children)
    refuse(
      `rows of ${tableText(child.table)} refer to jobs of ${where} (${child.constraint})`,
      'If jobs were moved, these rows would be left behind or deleted. So ops moves no jobs of this table, and nothing was moved.',
    )
  if (state.isReadOnly) refuse('the server is read-only', 'Name the server that the jobs are written to.')
  if (state.binlogFormat === 'STATEMENT')
    refuse(
      'the server logs statements (binlog_format = STATEMENT), and refuses to move rows in READ COMMITTED then',
      'Set binlog_format to MIXED or ROW.',
    )
  for (const right of ['SELECT', 'INSERT', 'DELETE', 'UPDATE', 'CREATE'])
    if (!may(grants, right, right === 'CREATE' || right === 'UPDATE' ? besides(table, 'parked') : table))
      refuse(
        `the account has no right ${right} in ${table.database}`,
        `GRANT ${right} ON ${table.database}.* TO the account.`,
      )
  return found
}
