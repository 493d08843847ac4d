/** Moves jobs from one table into another in one transaction: each on one side before it and on the other behind it. */
import { OpsError } from '../../base/errors.ts'
import { errorNumber, serverErrors } from '../../mysql/mysql-error.ts'
import type { Session } from '../../mysql/session.ts'
import type { ShapeGuard } from '../../mysql/shape-guard.ts'
import { name, type Sql, sql, trusted } from '../../mysql/sql.ts'
import { type TableName, tableSql } from '../../mysql/table-name.ts'
import { type JobTable, ofQueue } from './job-table.ts'
import { isNumbered } from './numbered.ts'
import { isTaken } from './taken.ts'

export type Direction = 'park' | 'drip'

/**
 * What came of a try. `again`: somebody was in the way, and nothing was moved. `taken`: nothing either, as another job has
 * one of these numbers by now.
 */
export type Moved = { readonly moved: number; readonly last: bigint | undefined } | 'again' | 'taken'

/** A small table would be read whole, and each row locked that another transaction holds. */
const byKey = trusted('FORCE INDEX (PRIMARY)')

/** Locks, deadlocks and our own KILL QUERY: nothing is wrong, it is only not the time. */
export const inTheWay: readonly number[] = [1205, 1213, 1317, 3572]

/**
 * The numbers of the next jobs, `most` of them: to park the newest, which workers come to last, and none above `upTo`; to
 * bring back those first that workers would take first. A look through all that is parked may take a second: it locks
 * nothing, and is no part of a move.
 */
export async function nextJobs(
  session: Session,
  jobs: JobTable,
  queue: string,
  direction: Direction,
  most: number,
  { upTo, skipsTaken }: { readonly upTo?: bigint | undefined; readonly skipsTaken: boolean },
): Promise<readonly string[]> {
  const id = name(jobs.id)
  const which =
    direction === 'park'
      ? sql`${parkable(jobs, queue)} AND ${id} <= ${upTo ?? 0n}${skipsTaken ? sql` AND NOT ${isTaken(jobs, 'live')}` : trusted('')} ORDER BY ${id} DESC`
      : sql`${ofQueue(queue)} AND NOT ${isTaken(jobs, 'parked')} ORDER BY ${jobs.order}`
  const from = tableSql(direction === 'park' ? jobs.live : jobs.parked)
  const found = await session.cells(
    sql`SELECT ${id} FROM ${from} WHERE ${which} LIMIT ${most}`,
    moving(direction, queue),
  )
  return found.map(([cell]) => cell?.toString('latin1') ?? '')
}

const parkable = (jobs: JobTable, queue: string): Sql => sql`${ofQueue(queue)} AND ${jobs.waits}`

const moving = (direction: Direction, queue: string): string =>
  direction === 'park' ? `parking jobs of ${queue}` : `bringing jobs of ${queue} back`

/** Those of them that are still to be moved: each is judged again once it is locked. */
export async function moveJobs(
  session: Session,
  jobs: JobTable,
  queue: string,
  direction: Direction,
  ids: readonly string[],
  guard: ShapeGuard,
): Promise<Moved> {
  const doing = moving(direction, queue)
  const [from, to] = direction === 'park' ? [jobs.live, jobs.parked] : [jobs.parked, jobs.live]
  const id = name(jobs.id)
  const condition = direction === 'park' ? parkable(jobs, queue) : ofQueue(queue)
  try {
    const move = async (): Promise<number> => {
      const skip = jobs.skipsLocked && direction === 'park' ? ' SKIP LOCKED' : ''
      const locked = await session.cells(
        sql`SELECT ${id} FROM ${tableSql(from)} ${byKey} WHERE ${isNumbered(jobs.id, ids)} AND ${condition} FOR UPDATE${trusted(skip)}`,
        doing,
      )
      const ours = locked.map(([cell]) => cell?.toString('latin1') ?? '')
      if (ours.length === 0) return 0
      const these = isNumbered(jobs.id, ours)
      const inserted = await session.query(
        sql`INSERT INTO ${tableSql(to)} (${jobs.columns}) SELECT ${jobs.columns} FROM ${tableSql(from)} WHERE ${these}`,
        doing,
      )
      // Both tables are held from here on: an ALTER of either waits.
      await guard.shapes(session)
      // With a limit the key gives out the rows here too: a DELETE takes no such hint.
      const deleted = await session.query(
        sql`DELETE FROM ${tableSql(from)} WHERE ${these} ORDER BY ${id} LIMIT ${ours.length}`,
        doing,
      )
      const counted = await session.query(
        sql`UPDATE ${tableSql(jobs.ledger)} SET ${name(direction === 'park' ? 'parked' : 'dripped')} =
          ${name(direction === 'park' ? 'parked' : 'dripped')} + ${ours.length} WHERE queue = ${queue}`,
        doing,
      )
      const counts = [inserted.affected, deleted.affected, counted.affected]
      if (inserted.affected !== ours.length || deleted.affected !== ours.length || counted.affected !== 1)
        throw unequal(session.source, from, to, ours.length, counts)
      await guard.effects(session)
      return ours.length
    }
    const moved = await guard.during(session, () => session.transaction(move, doing))
    return { moved, last: BigInt(ids.at(-1) ?? 0) }
  } catch (thrown) {
    if (session.lost === undefined) await session.query(sql`ROLLBACK`, doing).catch(() => undefined)
    const number = errorNumber(thrown)
    if (number !== undefined && inTheWay.includes(number)) return 'again'
    // The next look leaves it out.
    if (number === serverErrors.duplicateKey && (await areTaken(session, jobs, direction, ids, doing)))
      return 'taken'
    throw await guard.reasonOf(session, thrown)
  }
}

async function areTaken(
  session: Session,
  jobs: JobTable,
  direction: Direction,
  ids: readonly string[],
  doing: string,
): Promise<boolean> {
  const side = direction === 'park' ? 'live' : 'parked'
  const found = await session.cells(
    sql`SELECT 1 FROM ${tableSql(jobs[side])} WHERE ${isNumbered(jobs.id, ids)} AND ${isTaken(jobs, side)} LIMIT 1`,
    doing,
  )
  return found.length > 0
}

function unequal(
  source: string,
  from: TableName,
  to: TableName,
  wanted: number,
  [inserted, deleted, counted]: readonly number[],
): OpsError {
  return new OpsError({
    code: 'not-converged',
    title: `${source}: of ${wanted} jobs ${inserted} came into ${to.table} and ${deleted} left ${from.table} (${counted} counts kept)`,
    changed: 'no',
    next: 'They were left where they are. Look for a trigger, and run the same command again.',
  })
}
