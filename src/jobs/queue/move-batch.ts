/** Moves jobs from one table into another in one transaction: each on one side before it and on the other behind it. */
import { OpsError } from '../../base/errors.ts'
import { errorNumber, serverErrors } from '../../mysql/mysql-error.ts'
import type { Session } from '../../mysql/session.ts'
import { name, sql, trusted } from '../../mysql/sql.ts'
import { type TableName, tableSql } from '../../mysql/table-name.ts'
import { idList, isTaken, type JobTable, ofQueue } from './job-table.ts'

export type Direction = 'park' | 'drip'

/** What came of a try. `again`: somebody was in the way, and nothing was moved. */
export type Moved = { readonly moved: number; readonly last: bigint | undefined } | 'again'

/** A small table would be read whole, and each row locked that another transaction holds. */
const byKey = trusted('FORCE INDEX (PRIMARY)')

/** Locks, deadlocks and our own KILL QUERY: nothing is wrong, it is only not the time. */
export const inTheWay: readonly number[] = [1205, 1213, 1317, 3572]

/**
 * Parks the newest jobs first, which workers come to last, and none above `upTo`; brings back those first that workers
 * would take first.
 */
export async function moveBatch(
  session: Session,
  jobs: JobTable,
  queue: string,
  direction: Direction,
  batch: number,
  upTo: bigint,
): Promise<Moved> {
  const doing = direction === 'park' ? `parking jobs of ${queue}` : `bringing jobs of ${queue} back`
  const [from, to] = direction === 'park' ? [jobs.live, jobs.parked] : [jobs.parked, jobs.live]
  const id = name(jobs.id)
  const condition = direction === 'park' ? sql`${ofQueue(queue)} AND ${jobs.waits}` : ofQueue(queue)
  const which =
    direction === 'park'
      ? sql`${condition} AND ${id} <= ${upTo} ORDER BY ${id} DESC`
      : sql`${condition} AND NOT ${isTaken(jobs)} ORDER BY ${jobs.order}`
  const found = await session.cells(
    sql`SELECT ${id} FROM ${tableSql(from)} WHERE ${which} LIMIT ${batch}`,
    doing,
  )
  const ids = found.map(([cell]) => cell?.toString('latin1') ?? '')
  if (ids.length === 0) return { moved: 0, last: undefined }
  try {
    const moved = await session.transaction(async () => {
      const skip = jobs.skipsLocked && direction === 'park' ? ' SKIP LOCKED' : ''
      const locked = await session.cells(
        sql`SELECT ${id} FROM ${tableSql(from)} ${byKey} WHERE ${id} IN (${idList(ids)}) AND ${condition} FOR UPDATE${trusted(skip)}`,
        doing,
      )
      const ours = locked.map(([cell]) => cell?.toString('latin1') ?? '')
      if (ours.length === 0) return 0
      const inserted = await session.query(
        sql`INSERT INTO ${tableSql(to)} (${jobs.columns}) SELECT ${jobs.columns} FROM ${tableSql(from)} WHERE ${id} IN (${idList(ours)})`,
        doing,
      )
      // With a limit the key gives out the rows here too: a DELETE takes no such hint.
      const deleted = await session.query(
        sql`DELETE FROM ${tableSql(from)} WHERE ${id} IN (${idList(ours)}) ORDER BY ${id} LIMIT ${ours.length}`,
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
      return ours.length
    }, doing)
    return { moved, last: BigInt(ids.at(-1) ?? 0) }
  } catch (thrown) {
    if (session.lost === undefined) await session.query(sql`ROLLBACK`, doing).catch(() => undefined)
    const number = errorNumber(thrown)
    if (number !== undefined && inTheWay.includes(number)) return 'again'
    // Its number was taken just now: the next look leaves it out.
    if (
      direction === 'drip' &&
      number === serverErrors.duplicateKey &&
      (await areTaken(session, jobs, ids, doing))
    )
      return 'again'
    throw thrown
  }
}

async function areTaken(
  session: Session,
  { live, id }: JobTable,
  ids: readonly string[],
  doing: string,
): Promise<boolean> {
  const found = await session.cells(
    sql`SELECT 1 FROM ${tableSql(live)} WHERE ${name(id)} IN (${idList(ids)}) LIMIT 1`,
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
