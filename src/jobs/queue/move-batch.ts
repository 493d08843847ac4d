/** Moves jobs from one table into another in one transaction: each on one side before it and on the other behind it. */
import { OpsError } from '../../base/errors.ts'
import { errorNumber } from '../../mysql/mysql-error.ts'
import type { Session } from '../../mysql/session.ts'
import { name, sql, trusted } from '../../mysql/sql.ts'
import { type TableName, tableSql } from '../../mysql/table-name.ts'
import { idList, type JobTable, ofQueue } from './job-table.ts'

export type Direction = 'park' | 'drip'

/** What came of a try. `again`: somebody was in the way, and nothing was moved. */
export type Moved = { readonly moved: number; readonly last: bigint | undefined } | 'again'

/** Locks, deadlocks and our own KILL QUERY: nothing is wrong, it is only not the time. */
const inTheWay = [1205, 1213, 1317, 3572]

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
      : sql`${condition} ORDER BY ${jobs.order}`
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
        sql`SELECT ${id} FROM ${tableSql(from)} WHERE ${id} IN (${idList(ids)}) AND ${condition} FOR UPDATE${trusted(skip)}`,
        doing,
      )
      const ours = locked.map(([cell]) => cell?.toString('latin1') ?? '')
      if (ours.length === 0) return 0
      const inserted = await session.query(
        sql`INSERT INTO ${tableSql(to)} (${jobs.columns}) SELECT ${jobs.columns} FROM ${tableSql(from)} WHERE ${id} IN (${idList(ours)})`,
        doing,
      )
      const deleted = await session.query(
        sql`DELETE FROM ${tableSql(from)} WHERE ${id} IN (${idList(ours)})`,
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
    throw thrown
  }
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
