/** What a table is made of, read from the server's catalog: columns, indexes, children, triggers, partitions. */
import { OpsError } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'
import { type Column, fingerprintOf, readColumns } from './columns.ts'
import { type Child, readChildren } from './foreign-keys.ts'
import { type Index, readIndexes } from './indexes.ts'
import { type Partition, readPartitions } from './partitions.ts'
import type { Session } from './session.ts'
import { sql } from './sql.ts'
import { type TableName, tableText } from './table-name.ts'
import { readTriggers, type Trigger } from './triggers.ts'

export interface Table extends TableName {
  readonly engine: string
  /** BASE TABLE, SYSTEM VERSIONED, VIEW... */
  readonly kind: string
  /** Estimates of the engine. */
  readonly estimate: { readonly rows: number; readonly averageRowBytes: number; readonly dataBytes: number }
  readonly columns: readonly Column[]
  /** Those that jobs read and write, in the table's order. */
  readonly stored: readonly Column[]
  readonly indexes: readonly Index[]
  readonly children: readonly Child[]
  readonly triggers: readonly Trigger[]
  readonly partitions: readonly Partition[]
  /** Changes with whatever a saved row depends on: names, types, character sets, order and nullness of stored columns. */
  readonly fingerprint: string
}

/** Of the code `input`; in the midst of a run it means something else, as `lookAgain` says. */
export class NoSuchTable extends OpsError {}

/** @throws NoSuchTable where there is no such table, or none that the account may see. */
export async function readTable(session: Session, wanted: TableName): Promise<Table> {
  const { database, table } = wanted
  const doing = `looking at ${tableText(wanted)}`
  const [found] = await session.records(
    sql`SELECT TABLE_TYPE AS kind, ENGINE AS engine, TABLE_ROWS AS row_count, AVG_ROW_LENGTH AS row_bytes,
        DATA_LENGTH AS data_bytes FROM information_schema.TABLES
        WHERE TABLE_SCHEMA = ${database} AND TABLE_NAME = ${table}`,
    doing,
  )
  if (!found) throw await noSuchTable(session, wanted)
  const columns = await readColumns(session, wanted, doing)
  return {
    database,
    table,
    engine: found.engine ?? '',
    kind: found.kind ?? '',
    estimate: {
      rows: Number(found.row_count ?? 0),
      averageRowBytes: Number(found.row_bytes ?? 0),
      dataBytes: Number(found.data_bytes ?? 0),
    },
    columns,
    stored: columns.filter(column => !column.isGenerated),
    indexes: await readIndexes(session, wanted, doing),
    children: await readChildren(session, wanted, doing),
    triggers: await readTriggers(session, wanted, doing),
    partitions: await readPartitions(session, wanted, doing),
    fingerprint: fingerprintOf(columns),
  }
}

async function noSuchTable(session: Session, { database, table }: TableName): Promise<OpsError> {
  const doing = 'looking for the table'
  const known = await session.records(
    sql`SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${database} ORDER BY 1 LIMIT 5000`,
    doing,
  )
  const names = known.map(each => each.name ?? '')
  return new NoSuchTable({
    code: 'input',
    title: `${session.source}: there is no table ${database}.${table}, or the account may not see it`,
    changed: 'no',
    next:
      names.length > 0
        ? tableAmong(names, { database, table })
        : `The account sees no table of ${database}. ${databaseAmong(await session.records(sql`SHOW DATABASES`, doing), database)}`,
  })
}

function tableAmong(names: readonly string[], { database, table }: TableName): string {
  const same = names.find(each => each.toLowerCase() === table.toLowerCase())
  if (same !== undefined)
    return `There is ${database}.${same}: names of tables are written as the server has them.`
  const shown = names.slice(0, 12).join(', ')
  return `${didYouMean(table, names)}Tables of ${database}: ${shown}${names.length > 12 ? ', ...' : ''}.`
}

function databaseAmong(found: readonly RecordOf[], database: string): string {
  const names = found.map(each => Object.values(each)[0] ?? '').filter(each => !ofTheServer.has(each))
  return `${didYouMean(database, names)}Databases that it sees: ${names.slice(0, 12).join(', ') || 'none'}.`
}

type RecordOf = Readonly<Record<string, string | null>>

const ofTheServer = new Set(['information_schema', 'performance_schema', 'mysql', 'sys'])
