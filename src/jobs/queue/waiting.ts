/** What a run of moves asks of the queue again and again: how many jobs wait, and whether there is anything to move. */
import type { Session } from '../../mysql/session.ts'
import { name, sql } from '../../mysql/sql.ts'
import { tableSql } from '../../mysql/table-name.ts'
import { type JobTable, ofQueue } from './job-table.ts'
import type { QueueRequest } from './queue-request.ts'
import { hasTakenValue, isTaken } from './taken.ts'

const doing = 'looking at the queue'

/** Waiting jobs with a number up to `newest`: those that can be parked, or those that cannot as a parked one is like them. */
export async function waitingUpTo(
  session: Session,
  jobs: JobTable,
  queue: string,
  newest: bigint,
  which: 'free' | 'taken' = 'free',
): Promise<number> {
  const { live, waits, id } = jobs
  const taken = isTaken(jobs, 'live')
  const text = await session.value(
    sql`SELECT COUNT(*) FROM ${tableSql(live)} WHERE ${ofQueue(queue)} AND ${waits} AND ${name(id)} <= ${newest}
      AND ${which === 'taken' ? taken : sql`NOT ${taken}`}`,
    doing,
  )
  return Number(text ?? 0)
}

/** Waiting jobs, counted no further than `whenBelow`. */
export async function waitingBelow(
  session: Session,
  { live, waits }: JobTable,
  { queue, whenBelow }: QueueRequest,
): Promise<number> {
  const text = await session.value(
    sql`SELECT COUNT(*) FROM (SELECT 1 FROM ${tableSql(live)} WHERE ${ofQueue(queue)} AND ${waits} LIMIT ${whenBelow}) some`,
    doing,
  )
  return Number(text ?? 0)
}

export async function newestWaiting(
  session: Session,
  { live, waits, id }: JobTable,
  queue: string,
): Promise<bigint | undefined> {
  const text = await session.value(
    sql`SELECT MAX(${name(id)}) FROM ${tableSql(live)} WHERE ${ofQueue(queue)} AND ${waits}`,
    doing,
  )
  return text == null ? undefined : BigInt(text)
}

/** Whether a parked job can come back. */
export async function isAnyParked(
  session: Session,
  jobs: JobTable,
  { queue, renumbers }: QueueRequest,
): Promise<boolean> {
  const text = await session.value(
    sql`SELECT COUNT(*) FROM (SELECT 1 FROM ${tableSql(jobs.parked)} WHERE ${ofQueue(queue)} AND
      NOT ${renumbers ? hasTakenValue(jobs, 'parked') : isTaken(jobs, 'parked')} LIMIT 1) some`,
    'looking at what is parked',
  )
  return Number(text ?? 0) > 0
}
