/** Looks at table and store, and plans a dump: which days are closed and new, which are not closed and why, what is refused. */
import { type ErrorData, InputErrors } from '../../base/errors.ts'
import { readTable } from '../../mysql/catalog.ts'
import { readGrants } from '../../mysql/grants.ts'
import { type ReplicaState, replicaState } from '../../mysql/replica-state.ts'
import { type ServerState, serverState } from '../../mysql/server-state.ts'
import type { Session } from '../../mysql/session.ts'
import { name, sql } from '../../mysql/sql.ts'
import { type TableName, tableText } from '../../mysql/table-name.ts'
import type { Finding, Store } from '../../store/store.ts'
import { serverZoneTexts } from '../archive/condition.ts'
import { type ContractWords, checkContracts } from '../drift/judge.ts'
import { isPartOf, type Shard } from '../shard/shard.ts'
import { keepDays, storeRefusals } from '../store-refusals.ts'
import { floorOf, type TimeKind, timeColumn } from '../time-column.ts'
import { type Age, before } from '../time-words.ts'
import { closing } from './closing.ts'
import { type Day, dayNumber, dayOf, dayRange } from './days.ts'
import { checkMark, type DumpNames, listDump, readMark, readReceipt, withoutFile } from './dump-store.ts'
import { countSql, type DayAxis, findDays, liesBy, type NewDay } from './find-days.ts'
import { type OldestTransaction, oldestTransaction } from './open-transactions.ts'
import { dayNameIn, type Receipt } from './records.ts'
import { indexOn, refusals } from './refusals.ts'
import { shapeOf, type TableShape } from './table-shape.ts'

/** What the user asked for. */
export interface DumpRequest {
  readonly table: TableName
  readonly by: string
  readonly zone: string
  /** How long after its end a day is closed. */
  readonly closeAfter: Age
  /** Days that ended within this time are looked at again; undefined: none. */
  readonly recheck: Age | undefined
  readonly scans: boolean
  readonly unwatched: boolean
  /** How long the store must keep what is saved. */
  readonly keep: Age | undefined
  /** Files of contracts that must hold. */
  readonly contracts: readonly string[]
  /** Only days of this part; undefined: all. */
  readonly shard: Shard | undefined
  /** Rests of so many times what a turn took; undefined: by what others feel. */
  readonly sleepCoefficient: number | undefined
}

/** A day that has a dump and is looked at again. */
export interface DayToCheck extends Day {
  readonly receipt: Receipt
}

export interface DumpPlan {
  readonly request: DumpRequest
  readonly kind: TimeKind
  readonly shape: TableShape
  readonly state: ServerState
  /** The server's own time. */
  readonly now: Date
  /** Days before this one are closed. */
  readonly until: string
  /** A transaction that keeps days open which are old enough. */
  readonly holding: OldestTransaction | undefined
  readonly oldest: OldestTransaction | undefined | 'unseen'
  readonly replica: ReplicaState
  /** `scan`: the whole table is read, and its new days are found thereby. */
  readonly reads: 'days' | 'scan'
  readonly newDays: readonly NewDay[]
  readonly checks: readonly DayToCheck[]
  readonly names: DumpNames
  readonly newest: Receipt | undefined
  /** Days whose newest receipt is there, and its file is not. */
  readonly gone: readonly Receipt[]
  /** Rows in no day: their column is NULL or a zero date. Undefined: not counted. */
  readonly dayless: number | undefined
  /** Where the first and the last border are, as clocks of the server show them. */
  readonly inServerZone: readonly string[]
  readonly findings: readonly Finding[]
  /** What contracts say that are not broken. */
  readonly contractWords: ContractWords
}

/** Counting is a read of an index: so many entries are counted, more are estimated. */
const mostCounted = 3_000_000

/** @throws InputErrors with everything that is refused; nothing was changed. */
export async function planDump(session: Session, store: Store, request: DumpRequest): Promise<DumpPlan> {
  const { by, zone, scans, unwatched } = request
  const doing = `planning a dump of ${tableText(request.table)}`
  const table = await readTable(session, request.table)
  const [state, grants] = [await serverState(session), await readGrants(session)]
  const oldest = await oldestTransaction(session)
  const replica = await replicaState(session)
  const { isReadOnly } = state
  const rechecks = request.recheck !== undefined
  const { shard } = request
  const isShard = shard !== undefined
  const seen = { table, grants, by, scans, rechecks, oldest, replica, isReadOnly, unwatched, isShard }
  const errors: ErrorData[] = [...refusals(seen)]
  const findings = await store.look({ keepDays: keepDays(request.keep) })
  errors.push(...storeRefusals(store.url, findings))
  const column = timeColumn({ table, by })
  if (errors.length > 0 || !column) throw new InputErrors(errors)
  const contractWords = await checkContracts(session, table, request.contracts)
  const shape = await shapeOf(session, table, by)
  const isOurs = (day: string): boolean => shard === undefined || isPartOf(shard, dayNumber(day))
  const names = ofDays(await listDump(store), isOurs)
  const mark = await readMark(store)
  if (mark) checkMark(store, mark, request, state)

  // To the millisecond: of two runs in one second, too, it is known which saw the newer shape of the table.
  const now = new Date(`${(await session.value(sql`SELECT UTC_TIMESTAMP(3)`, doing))?.replace(' ', 'T')}Z`)
  const { until, holding } = closing({ now, closeAfter: request.closeAfter, oldest, replica, zone })
  const kind = column.dataType as TimeKind
  const axis: DayAxis = { table, by, kind, zone, index: indexOn(table, by), rowsLieBy: liesBy(table) }
  const reads = axis.index === undefined ? 'scan' : 'days'
  const isFew = table.estimate.rows <= mostCounted
  const newDays =
    reads === 'scan' ? [] : await findDays(session, axis, { until, known: names.days, isOurs }, isFew)
  const last = [...names.days].at(-1)
  return {
    request,
    kind,
    shape,
    state,
    now,
    until,
    holding,
    oldest,
    replica,
    reads,
    newDays,
    checks: (await daysToCheck(store, names, request, kind, now)).filter(each => isOurs(each.day)),
    names,
    newest: last && (await readReceipt(store, { day: last[0], revision: last[1] })),
    gone: await withoutFile(store, names, isOurs),
    dayless: await countDayless(session, axis),
    inServerZone: await bordersOnServer(session, newDays),
    findings,
    contractWords,
  }
}

/** Another shard may be between a file and its receipt: what is without one is ours only of our days. */
function ofDays(names: DumpNames, isOurs: (day: string) => boolean): DumpNames {
  return { ...names, orphans: names.orphans.filter(key => isOurs(dayNameIn(key)?.day ?? '')) }
}

/** Days with a dump that ended within the time of `--recheck`. */
async function daysToCheck(
  store: Store,
  { days }: DumpNames,
  { recheck, zone }: DumpRequest,
  kind: TimeKind,
  now: Date,
): Promise<DayToCheck[]> {
  if (!recheck) return []
  const from = dayOf(before(now, recheck), zone)
  const wanted = [...days].filter(([day]) => day >= from)
  return Promise.all(
    wanted.map(async ([day, revision]) => ({
      ...dayRange(day, kind, zone),
      receipt: await readReceipt(store, { day, revision }),
    })),
  )
}

/** So many are counted at most. */
export const mostDayless = 20_000

async function countDayless(session: Session, axis: DayAxis): Promise<number | undefined> {
  if (axis.index === undefined) return undefined
  const { by, table, kind } = axis
  // Of a column that takes no NULL the servers say that a zero date is one.
  const isNullable = table.columns.some(each => each.name === by && each.isNullable)
  const nulls = isNullable ? countSql(axis, sql`${name(by)} IS NULL`, mostDayless) : sql`${0}`
  const zeros = countSql(axis, sql`${name(by)} < ${floorOf(kind)}`, mostDayless)
  const statement = sql`SELECT ${nulls} + ${zeros}`
  return Number(await session.value(statement, `counting rows of ${tableText(table)}`))
}

async function bordersOnServer(session: Session, days: readonly NewDay[]): Promise<readonly string[]> {
  const first = days[0]
  if (!first) return []
  const last = days.at(-1) ?? first
  return serverZoneTexts(session, [first.startsAt, last.endsAt], 'asking the server for the time')
}
