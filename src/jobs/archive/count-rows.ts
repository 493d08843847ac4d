/** How many rows are old, of all or of one shard, and how many stay because their time is none. */
import type { Table } from '../../mysql/catalog.ts'
import type { RowColumn } from '../../mysql/column-sql.ts'
import { explain } from '../../mysql/explain-guard.ts'
import type { Key, WalkOrder } from '../../mysql/keys.ts'
import type { Session } from '../../mysql/session.ts'
import { join, name, type Sql, sql } from '../../mysql/sql.ts'
import { tableSql, tableText } from '../../mysql/table-name.ts'
import type { Shard } from '../shard/shard.ts'
import { ageSql, type Resolved, whereSql, zeroSql } from './condition.ts'
import { indexOn } from './refusals.ts'
import type { Part } from './split.ts'

/** Counting is a read of an index: so many entries are counted, more are estimated. */
const mostCounted = 3_000_000

/** What is known of the walk before its rows are counted. */
export interface WalkedTable {
  readonly table: Table
  readonly key: Key
  readonly order: WalkOrder
  readonly columns: readonly RowColumn[]
  readonly resolved: Resolved
}

export interface RowCount {
  readonly count: number
  readonly isEstimate: boolean
}

/** What of the rows a run takes. */
export interface CountedPart {
  readonly shard: Shard | undefined
  /** Undefined: nobody has divided them yet. */
  readonly part: Part | undefined
  readonly range: Sql | 'nothing' | undefined
}

export async function countPart(
  session: Session,
  walked: WalkedTable,
  { shard, part, range }: CountedPart,
): Promise<RowCount> {
  if (range === 'nothing') return { count: 0, isEstimate: false }
  const rows = await countRows(session, walked, range)
  if (shard === undefined || part !== undefined) return rows
  return { count: Math.ceil(rows.count / shard.of), isEstimate: true }
}

export async function countRows(
  session: Session,
  { table, order, resolved: { condition } }: WalkedTable,
  range?: Sql,
): Promise<RowCount> {
  const doing = `counting rows of ${tableText(table)}`
  const where = whereSql(condition)
  const conditions = [ageSql(condition), ...(range ? [range] : []), ...(where ? [where] : [])]
  const statement = sql`SELECT COUNT(*) FROM ${tableSql(table)} FORCE INDEX (${name(order.index)}) WHERE ${join(conditions, ' AND ')}`
  const { rows } = await explain(session, statement, doing)
  if (rows > mostCounted) return { count: rows, isEstimate: true }
  return { count: Number(await session.value(statement, doing)), isEstimate: false }
}

/** Rows that are not old because their time is none; without an index on it, only where the table is short enough. */
export async function countStaying(
  session: Session,
  table: Table,
  order: WalkOrder,
  { condition }: Resolved,
): Promise<{ readonly nulls: number | undefined; readonly zeros: number | undefined }> {
  const by = name(condition.by)
  const doing = `counting rows of ${tableText(table)}`
  const index = order.isByColumn ? order.index : indexOn(table, condition.by)?.name
  const statement = sql`SELECT COUNT(*) - COUNT(${by}), COUNT(${by}) FROM ${tableSql(table)}
    FORCE INDEX (${name(index ?? order.index)}) WHERE ${by} IS NULL OR ${zeroSql(condition)}`
  if (index === undefined && (await explain(session, statement, doing)).rows > mostCounted)
    return { nulls: undefined, zeros: undefined }
  const [nulls, zeros] = (await session.cells(statement, doing))[0] ?? []
  return { nulls: Number(nulls), zeros: Number(zeros) }
}
