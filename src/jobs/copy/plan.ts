/** Looks at both sides and plans a copy: whole or what changed, what is lost, what is refused. */
import { counted } from '../../base/counted.ts'
import { type ErrorData, InputErrors, inputError, OpsError } from '../../base/errors.ts'
import { readTable, type Table } from '../../mysql/catalog.ts'
import { hasShape } from '../../mysql/columns.ts'
import { type Grant, may, readGrants } from '../../mysql/grants.ts'
import { checkDirection, type Key, keyOf, keyOrError, orderBy, type WalkOrder } from '../../mysql/keys.ts'
import { type ServerState, serverState } from '../../mysql/server-state.ts'
import type { Session } from '../../mysql/session.ts'
import { name, type Sql, sql, trusted } from '../../mysql/sql.ts'
import { type TableName, tableSql, tableText } from '../../mysql/table-name.ts'
import { type PgPlace, readPgPlace } from '../../postgres/catalog.ts'
import type { TargetEngine } from '../../postgres/column-types.ts'
import type { PgSession } from '../../postgres/session.ts'
import { quoteName } from '../../postgres/sql.ts'
import type { JobFact } from '../../run/job-events.ts'
import { refusals } from '../archive/refusals.ts'
import { type ContractWords, checkContracts } from '../drift/judge.ts'
import { madePgTables } from '../history/made-tables.ts'
import { timeColumn } from '../time-column.ts'
import { type CopyColumn, copyColumns } from './columns.ts'
import type { CopyRequest } from './copy-request.ts'
import { refuseEmptyColumns } from './empty-columns.ts'
import { refuseFollowers } from './followers.ts'
import { countLosses, type Loss } from './losses.ts'
import { type CopyRecord, readRecord, recordTable } from './record.ts'
import { type SafeTime, safeTime } from './safe-time.ts'
import { countLeaving, type Leaving, refuseShrink } from './shrink.ts'
import { targetProblems } from './target-problems.ts'

/**
 * - `new`: there is no table, or an empty one: rows go straight into it
 * - `whole`: all rows, over those that are there; what is gone from the source goes
 * - `delta`: what changed since the watermark, over what is there
 */
export type CopyMode = 'new' | 'whole' | 'delta'

export interface CopyPlan {
  readonly request: CopyRequest
  readonly table: Table
  readonly key: Key
  readonly order: WalkOrder
  readonly columns: readonly CopyColumn[]
  readonly state: ServerState
  readonly place: PgPlace
  readonly record: CopyRecord | undefined
  readonly mode: CopyMode
  /** Which rows are read. */
  readonly where: Sql
  /** Where a delta begins. */
  readonly from: string | undefined
  readonly rows: { readonly count: number; readonly isEstimate: boolean }
  /** Rows whose `by` is NULL: no delta sees them. */
  readonly nulls: number
  readonly losses: readonly Loss[]
  /** Undefined: no row of the target goes. */
  readonly leaving: Leaving | undefined
  /** Undefined without `by`. */
  readonly safe: SafeTime | undefined
  /** What contracts say that are not broken. */
  readonly contractWords: ContractWords
  /** Tables in the target's schema that the run makes beside its own. */
  readonly makes: readonly JobFact[]
}

/** Both sides as they are, with nothing against a copy. */
export type BothSides = Pick<
  CopyPlan,
  'table' | 'key' | 'columns' | 'state' | 'place' | 'record' | 'contractWords'
>

/** @throws InputErrors with everything that is refused; nothing was changed. */
export async function lookAtBoth(
  session: Session,
  target: PgSession,
  request: CopyRequest,
): Promise<BothSides> {
  const { as, by, scans } = request
  const table = await readTable(session, request.table)
  const [state, grants] = [await serverState(session), await readGrants(session)]
  const errors: ErrorData[] =
    by === undefined
      ? [...refusalsWithoutBy(table, grants)]
      : [...refusals({ table, state, grants, by, deletes: false, scans, with: [] })]
  const key = keyOrError(table)
  const columns = copyColumns(table, key instanceof OpsError ? [] : key.columns, 'postgres', errors)
  if (errors.length > 0 || key instanceof OpsError) throw new InputErrors(errors)
  const contractWords = await checkContracts(session, table, request.contracts)
  const place = await readPgPlace(target, as, quoteName(as.schema, as.table))
  const record = await readRecord(target, as)
  errors.push(...(await targetProblems(target, { request, table, key, columns, state, place, record })))
  if (errors.length > 0) throw new InputErrors(errors)
  return { table, key, columns, state, place, record, contractWords }
}

/**
 * `shown` is what was planned before the lock was taken: where both sides stand as then, its rows are not counted again.
 * @throws InputErrors with everything that is refused; nothing was changed.
 */
export async function planCopy(
  session: Session,
  target: PgSession,
  request: CopyRequest,
  shown?: CopyPlan,
): Promise<CopyPlan> {
  const { by } = request
  const { table, key, columns, state, place, record, contractWords } = await lookAtBoth(
    session,
    target,
    request,
  )
  const mode = modeOf(request, place, record)
  const order = orderBy(table, key, mode === 'delta' ? by : undefined)
  checkDirection(table, order)
  const column = timeColumn({ table, by: by ?? '' })
  // Before everything that is read: what is stamped from here on is read again next time.
  const safe = column && (await safeTime(session, column, request))
  const from = mode === 'delta' && safe ? beginOfDelta(session, safe, record?.watermark ?? '') : undefined
  if (
    mode === 'delta' &&
    from !== undefined &&
    by !== undefined &&
    !hasShape(table, record?.fingerprint ?? '')
  )
    await refuseEmptyColumns(
      session,
      target,
      { request, table, columns, place },
      sql`(${name(by)} < ${from} OR ${name(by)} IS NULL)`,
    )
  const where = by === undefined || from === undefined ? trusted('TRUE') : sql`${name(by)} >= ${from}`
  const isAsShown = shown?.mode === mode && shown.record?.watermark === record?.watermark
  const counted = isAsShown
    ? shown
    : await countLosses(session, table, columns, where, mode === 'delta' ? order.index : undefined)
  const known = mode === 'whole' && !counted.rows.isEstimate ? counted.rows.count : undefined
  const { rows, losses, nulls, leaving } = isAsShown
    ? shown
    : {
        ...counted,
        nulls: column?.isNullable ? await countNulls(session, table, column.name) : 0,
        leaving: await countLeaving(session, target, { request, table, place, mode }, known),
      }
  refuseLostKeys(losses, key, table)
  if (mode === 'whole' || (mode === 'delta' && request.deletes === 'hard'))
    refuseFollowers({ request, place })
  if (leaving) refuseShrink({ request, table, record }, leaving.atLeast, leaving.rows)
  const makes = shown?.makes ?? (await madePgTables(target, request.as.schema, [recordTable]))
  return {
    ...{ request, table, key, order, columns, state, place, record, mode },
    ...{ where, from, rows, nulls, losses, leaving, safe, contractWords, makes },
  }
}

/** For `--ddl`: the source alone is asked. */
export async function planDdl(
  session: Session,
  wanted: TableName,
  engine: TargetEngine,
): Promise<{ readonly table: Table; readonly key: Key }> {
  const table = await readTable(session, wanted)
  const errors: ErrorData[] = []
  const key = keyOf(table)
  copyColumns(table, key.columns, engine, errors)
  if (errors.length > 0) throw new InputErrors(errors)
  return { table, key }
}

/**
 * A source that is further behind than last time may still bring rows from before the watermark: they are read again.
 * @throws OpsError `input` where its clock was put back: nobody knows then which rows were stamped meanwhile.
 */
function beginOfDelta(session: Session, { watermark, clock }: SafeTime, copiedTo: string): string {
  if (clock >= copiedTo) return watermark < copiedTo ? watermark : copiedTo
  throw inputError(
    `the clock of ${session.source} was put back: it shows ${clock}, and its rows were copied up to ${copiedTo}`,
    {
      detail: 'Or its zone, or --tz, is another one than in the run before.',
      next: 'Rows that were stamped since then may lie before that, where no later run looks: bring them once with --full.',
    },
  )
}

/** A target that somebody emptied is filled anew, whatever its watermark says. */
function modeOf({ isFull, by }: CopyRequest, { table }: PgPlace, record: CopyRecord | undefined): CopyMode {
  if (!table?.hasRows) return 'new'
  return isFull || by === undefined || record?.watermark == null ? 'whole' : 'delta'
}

function refusalsWithoutBy(table: Table, grants: readonly Grant[]): readonly ErrorData[] {
  const where = tableText(table)
  const found: ErrorData[] = []
  const refuse = (title: string, next: string): void => void found.push(inputError(title, { next }).data)
  if (table.kind.includes('VIEW')) {
    refuse(`${where} is a view`, 'Name the table that holds the rows.')
    return found
  }
  const key = keyOrError(table)
  if (key instanceof OpsError) found.push(key.data)
  if (!may(grants, 'SELECT', table))
    refuse(
      `the account may not read ${where}`,
      `Give it the right: GRANT SELECT ON \`${table.database}\`.\`${table.table}\`.`,
    )
  return found
}

/** Two keys that lose something could become one. */
export function refuseLostKeys(losses: readonly Loss[], key: Key, table: Table): void {
  const lost = losses.filter(each => key.columns.includes(each.column))
  if (lost.length === 0) return
  throw new InputErrors(
    lost.map(
      ({ column, cells }) =>
        inputError(
          `${counted(cells, 'row')} of ${tableText(table)} ${cells === 1 ? 'has' : 'have'} a ${column} that the target cannot hold, and it is part of the key`,
          {
            next: 'Such rows could not be told apart there. Correct them in the source.',
          },
        ).data,
    ),
  )
}

async function countNulls(session: Session, table: Table, by: string): Promise<number> {
  const statement = sql`SELECT COUNT(*) FROM ${tableSql(table)} WHERE ${name(by)} IS NULL`
  return Number(await session.value(statement, `counting rows of ${tableText(table)}`))
}
