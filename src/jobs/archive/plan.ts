/** Looks at table and store, and plans an archive: what would move, what stays and why, what is refused. */
import { type ErrorData, InputErrors } from '../../base/errors.ts'
import { readTable, type Table } from '../../mysql/catalog.ts'
import { type RowColumn, rowColumns } from '../../mysql/column-sql.ts'
import { readGrants } from '../../mysql/grants.ts'
import { checkDirection, type Key, keyOf, orderBy, type WalkOrder } from '../../mysql/keys.ts'
import { type ServerState, serverState } from '../../mysql/server-state.ts'
import type { Session } from '../../mysql/session.ts'
import { type Sql, sql, trusted } from '../../mysql/sql.ts'
import { type TableName, tableSql, tableText } from '../../mysql/table-name.ts'
import type { Finding, Store } from '../../store/store.ts'
import { type ContractWords, checkContracts } from '../drift/judge.ts'
import type { HeldPlace } from '../shard/hold-place.ts'
import type { Shard } from '../shard/shard.ts'
import { keepDays, storeRefusals } from '../store-refusals.ts'
import { timeColumn } from '../time-column.ts'
import type { Age } from '../time-words.ts'
import { type ArchiveNames, checkServer, listArchive, readMark, readReceipt } from './archive-store.ts'
import { ageSql, judgeAsClient, type Resolved, resolveCondition, tryWhere } from './condition.ts'
import { countPart, countRows, countStaying, type RowCount, type WalkedTable } from './count-rows.ts'
import { type NewestRow, newestThatGoes } from './numbers-again.ts'
import { noPartitions, type OldPartitions, readOldPartitions } from './old-partitions.ts'
import { doneKey, type Receipt } from './records.ts'
import { type Referrer, readReferrers } from './referrers.ts'
import { refusals } from './refusals.ts'
import { agreeOnPart, isOfPart, lookAtPart, type Part, partSql } from './split.ts'
import { chooseBorders } from './split-borders.ts'
import { columnsOfKey, type PlannedChild, readWith } from './with-child.ts'

/** What the user asked for. */
export interface ArchiveRequest {
  readonly table: TableName
  readonly olderThan: Age
  readonly by: string
  /** By whose clock a DATETIME or DATE is read; undefined: the server's. */
  readonly zone: string | undefined
  readonly where: string | undefined
  readonly deletes: boolean
  /** Partitions go that old rows have left, where they can hold no others. */
  readonly dropsPartitions: boolean
  /** A walk over the whole table is fine. */
  readonly scans: boolean
  /** Tables whose rows go with those that they refer to. */
  readonly with: readonly TableName[]
  /** How long the store must keep what is saved. */
  readonly keep: Age | undefined
  /** So many times what a turn on the server took is rested behind it; undefined: by what others there feel. */
  readonly sleepCoefficient: number | undefined
  /** Files of contracts that must hold. */
  readonly contracts: readonly string[]
  /** Only rows whose key is of this part; undefined: all. */
  readonly shard: Shard | undefined
}

/** An earlier run saved this chunk and did not get to delete its rows, or not all. */
export interface Unfinished {
  readonly name: string
  readonly rows: number
}

export interface ArchivePlan {
  readonly request: ArchiveRequest
  readonly table: Table
  readonly key: Key
  readonly order: WalkOrder
  readonly columns: readonly RowColumn[]
  readonly resolved: Resolved
  readonly state: ServerState
  readonly createTable: string
  readonly children: readonly PlannedChild[]
  /** Tables whose rows may keep rows here; none where nothing is deleted. */
  readonly referrers: readonly Referrer[]
  readonly partitions: OldPartitions
  /** Rows that are old; an estimate where counting them would take long. */
  readonly rows: RowCount
  /** Rows whose `by` is NULL; undefined: not counted. */
  readonly nulls: number | undefined
  /** Rows whose `by` is a zero date; undefined: not counted. */
  readonly zeros: number | undefined
  readonly names: ArchiveNames
  /** Undefined: all rows, or nobody has divided them yet. */
  readonly part: Part | undefined
  /** The keys of the part; undefined: all, `nothing`: there are fewer parts than shards. */
  readonly range: Sql | 'nothing' | undefined
  /** Whether a chunk is of no other run that may be at work. */
  readonly isOurs: (chunk: string) => boolean
  readonly unfinished: readonly Unfinished[]
  readonly isNew: boolean
  /** The place says which server it is of, or will. */
  readonly namesServer: boolean
  /** The newest receipt; undefined: nothing is saved yet. */
  readonly newest: Receipt | undefined
  /** Its number may come again, with another row. */
  readonly newestGoes: NewestRow | undefined
  readonly findings: readonly Finding[]
  /** What contracts say that are not broken. */
  readonly contractWords: ContractWords
}

/**
 * `place` is what the run has taken beside others; undefined: it only looks.
 * @throws InputErrors with everything that is refused; nothing was changed.
 */
export async function planArchive(
  session: Session,
  store: Store,
  request: ArchiveRequest,
  place?: HeldPlace,
): Promise<ArchivePlan> {
  const table = await readTable(session, request.table)
  const [state, grants] = [await serverState(session), await readGrants(session)]
  const { by, deletes, scans, where, zone, olderThan } = request
  const seen = { table, state, grants, by, deletes, scans, with: request.with }
  const errors: ErrorData[] = [...refusals(seen)]
  const children = await readWith(session, table, request.with, { grants, deletes, errors })
  const findings = await store.look({ keepDays: keepDays(request.keep) })
  errors.push(...storeRefusals(store.url, findings))
  const column = timeColumn(seen)
  if (errors.length > 0 || !column) throw new InputErrors(errors)
  const contractWords = await checkContracts(session, table, request.contracts)
  const key = keyOf(table)
  const order = orderBy(table, key, by)
  checkDirection(table, order)
  const mark = await readMark(store, request.table)
  checkServer(store, mark, state)
  const names = await listArchive(store)
  const resolved = await resolveCondition(session, column, olderThan, { zone, where })
  const judged = resolved.condition.where
  if (judged !== undefined) {
    await judgeAsClient(session, [table, ...children.map(each => each.looked)])
    await tryWhere(session, tableSql(table), judged)
  }
  const columns = rowColumns(table, [...order.columns, ...key.columns])
  const walked = { table, key, order, columns, resolved }
  const part = request.shard && (await partOf(session, store, walked, request.shard, place))
  const range = part && partSql(part, columnsOfKey(key, columns))
  const isOurs = (chunk: string): boolean =>
    part === undefined || place?.isAlone === true || isOfPart(chunk, part)
  return {
    request,
    table,
    key,
    order,
    columns,
    resolved,
    state,
    createTable:
      (
        await session.records(sql`SHOW CREATE TABLE ${tableSql(table)}`, `looking at ${tableText(table)}`)
      )[0]?.['Create Table'] ?? '',
    children,
    referrers: deletes ? await readReferrers(session, table, children, grants) : [],
    partitions: deletes
      ? await readOldPartitions(session, table, resolved.condition, {
          grants,
          drops: request.dropsPartitions,
          isShard: request.shard !== undefined,
        })
      : noPartitions,
    rows: await countPart(session, walked, { shard: request.shard, part, range }),
    ...(await countStaying(session, table, order, resolved)),
    names,
    part,
    range,
    isOurs,
    unfinished: deletes ? await findUnfinished(store, table, names, isOurs) : [],
    isNew: mark === undefined,
    namesServer: mark === undefined || mark.server !== undefined,
    newest: await newestReceipt(store, table, names),
    newestGoes: deletes ? await newestThatGoes(session, table, resolved.condition) : undefined,
    findings,
    contractWords,
  }
}

/** Rows are counted for the borders alone, where they are chosen. */
async function partOf(
  session: Session,
  store: Store,
  walked: WalkedTable,
  shard: Shard,
  place: HeldPlace | undefined,
): Promise<Part | undefined> {
  if (!place) return lookAtPart(store, shard, walked)
  const { table, order, resolved } = walked
  return agreeOnPart(store, place, shard, walked, async () =>
    chooseBorders(
      session,
      order.isByColumn
        ? { ...walked, bound: ageSql(resolved.condition), rows: (await countRows(session, walked)).count }
        : { ...walked, bound: trusted('TRUE'), rows: table.estimate.rows },
      shard.of,
    ),
  )
}

async function newestReceipt(
  store: Store,
  table: TableName,
  { receipts }: ArchiveNames,
): Promise<Receipt | undefined> {
  const name = receipts.at(-1)
  return name === undefined ? undefined : readReceipt(store, name, table)
}

async function findUnfinished(
  store: Store,
  table: TableName,
  { receipts, done }: ArchiveNames,
  isOurs: (chunk: string) => boolean,
): Promise<Unfinished[]> {
  const open: Unfinished[] = []
  for (const name of receipts.filter(isOurs)) {
    if (done.has(name)) continue
    const { deletes, rows } = await readReceipt(store, name, table)
    // A listing may lag behind: what says that it is done is asked for itself.
    if (deletes && (await store.head(doneKey(name))) === undefined) open.push({ name, rows })
  }
  return open
}
