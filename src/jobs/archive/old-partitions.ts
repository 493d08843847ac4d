/**
 * Which partitions of a table can hold old rows alone, so that they go once these have left, and why others stay. No row
 * depends on this: a partition goes only while it is empty. It keeps those that are there for rows to come.
 */
import type { Table } from '../../mysql/catalog.ts'
import { type Grant, may } from '../../mysql/grants.ts'
import type { Partition } from '../../mysql/partitions.ts'
import { partitionSql } from '../../mysql/partitions.ts'
import { replicaState } from '../../mysql/replica-state.ts'
import type { Session } from '../../mysql/session.ts'
import { rawSql, type Sql, sql, trusted } from '../../mysql/sql.ts'
import { type TableName, tableText } from '../../mysql/table-name.ts'
import type { Condition } from './records.ts'

export interface OldPartitions {
  /** In their order: those whose upper border is not later than the cut-off. */
  readonly old: readonly string[]
  /** Of these, the ones that hold no row now. */
  readonly empty: readonly string[]
  /** Why all of them stay; undefined: they do not. */
  readonly stay: string | undefined
}

export const noPartitions: OldPartitions = { old: [], empty: [], stay: undefined }

/** Functions of a time that never fall while it rises, of one argument. */
const risingFunctions = ['to_days', 'to_seconds', 'year', 'unix_timestamp']
const neededRights = ['ALTER', 'DROP', 'LOCK TABLES']

export async function readOldPartitions(
  session: Session,
  table: Table,
  condition: Condition,
  {
    grants,
    drops,
    isShard,
  }: { readonly grants: readonly Grant[]; readonly drops: boolean; readonly isShard: boolean },
): Promise<OldPartitions> {
  if (table.partitions.length === 0) return noPartitions
  const stay = (why: string): OldPartitions => ({ ...noPartitions, stay: why })
  const [first] = table.partitions
  const timeOf = first && borderTime(first, condition.by)
  if (!timeOf) {
    return stay(
      `they are by ${first?.method ?? ''} of ${first?.expression ?? ''}, and not by ranges of ${condition.by} alone`,
    )
  }
  const old = await olderThan(session, table, condition, timeOf)
  if (old.length === 0) return noPartitions
  if (!drops) return { ...stay('--no-drop-partitions'), old }
  if (isShard)
    return { ...stay('other shards may be at work on them; a run without --shard drops them'), old }
  const missing = neededRights.filter(right => !may(grants, right, table))
  if (missing.length > 0)
    return { ...stay(`the account lacks ${missing.join(' and ')} on ${tableText(table)}`), old }
  const shared = await whyNoLock(session)
  if (shared !== undefined) return { ...stay(shared), old }
  const empty: string[] = []
  for (const name of old) if (!(await hasRow(session, table, name))) empty.push(name)
  return { old, empty, stay: undefined }
}

/** Whether any transaction that is committed left a row in it. */
export async function hasRow(session: Session, table: TableName, partition: string): Promise<boolean> {
  const statement = sql`SELECT 1 FROM ${partitionSql(table, partition)} LIMIT 1`
  return (await session.value(statement, `looking into ${partition} of ${tableText(table)}`)) !== undefined
}

/** How a time is compared with the borders of partitions; undefined: nobody can tell by it which rows they hold. */
function borderTime({ method, expression }: Partition, by: string): ((time: Sql) => Sql) | undefined {
  const isBy = (text: string): boolean =>
    text
      .trim()
      .replace(/^`(.*)`$/s, '$1')
      .replaceAll('``', '`')
      .toLowerCase() === by.toLowerCase()
  if (method === 'RANGE COLUMNS') return isBy(expression) ? time => time : undefined
  const [, used = '', argument = ''] = /^\s*(\w+)\s*\((.*)\)\s*$/s.exec(expression) ?? []
  const name = used.toLowerCase()
  if (method !== 'RANGE' || !risingFunctions.includes(name) || !isBy(argument)) return undefined
  return time => sql`${trusted(name)}(${time})`
}

/** The last one stays always: a table needs one, and rows to come need theirs. */
async function olderThan(
  session: Session,
  table: Table,
  { before }: Condition,
  timeOf: (time: Sql) => Sql,
): Promise<string[]> {
  // Subpartitions are listed one by one, under the name of the whole.
  const borders = new Map(table.partitions.map(({ name, description }) => [name, description]))
  const old: string[] = []
  for (const [name, border] of [...borders].slice(0, -1)) {
    if (border === null || !/^-?\d+$|^'[\d: .-]+'$/.test(border)) break
    const wanted = border.startsWith("'") ? sql`CAST(${rawSql(border)} AS DATETIME(6))` : rawSql(border)
    const isOld = await session.value(
      sql`SELECT ${wanted} <= ${timeOf(sql`CAST(${before} AS DATETIME(6))`)}`,
      `comparing partitions of ${tableText(table)} with the cut-off`,
    )
    if (isOld !== '1') break
    old.push(name)
  }
  return old
}

/** A lock that holds on one server alone is none where several take writes. Undefined: nobody else is known to. */
export async function whyNoLock(session: Session): Promise<string | undefined> {
  const records = await session.records(
    sql`SHOW GLOBAL VARIABLES WHERE Variable_name IN ('wsrep_on', 'group_replication_group_name',
      'group_replication_single_primary_mode')`,
    'asking whether other servers take writes too',
  )
  const values = new Map(records.map(record => [record.Variable_name ?? '', record.Value ?? '']))
  if (/^(?:1|ON)$/i.test(values.get('wsrep_on') ?? ''))
    return 'other servers of the Galera cluster may write to them'
  if (
    values.get('group_replication_group_name') &&
    values.get('group_replication_single_primary_mode') !== 'ON'
  )
    return 'other servers of the replication group may write to them'
  // Two that copy each other: a row that the other one has committed comes after the look, into a partition that is gone.
  const replica = await replicaState(session)
  if (replica === 'none') return undefined
  return replica === 'unseen'
    ? 'the account may not see whether this server copies another one, whose writers the lock does not hold (it needs REPLICA MONITOR in MariaDB 10.5 and later, else REPLICATION CLIENT)'
    : 'this server copies another one, whose writers the lock does not hold'
}
