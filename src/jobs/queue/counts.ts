/** How many jobs of a queue are where, read at one moment, and whether that adds up with what was moved. */
import { counted } from '../../base/counted.ts'
import type { Session } from '../../mysql/session.ts'
import { name, type Sql, sql } from '../../mysql/sql.ts'
import { type TableName, tableSql } from '../../mysql/table-name.ts'
import { type JobTable, type OwnTables, ofQueue } from './job-table.ts'

export interface QueueCounts {
  /** Live: nobody holds them. */
  readonly waiting: number
  /** Live: a worker holds them. */
  readonly held: number
  /** Live: failed for good. */
  readonly failed: number
  readonly parked: number
  /** Since the first of them were parked; undefined: nothing is or was parked since the queue was last empty. */
  readonly since?: {
    /** The newest number then. */
    readonly upTo: string
    /** So many were counted then. */
    readonly counted: number
    /** So many there are and were with numbers up to that: more where lower numbers were given since. */
    readonly jobs: number
    /** Of those still live, parked, and gone because a worker did them: more are where lower numbers were given since. */
    readonly live: number
    readonly parked: number
    readonly done: number
    /** Came since. */
    readonly later: number
    readonly wereParked: number
    readonly wereDripped: number
  }
}

/** In one snapshot. */
export async function countQueue(
  session: Session,
  jobs: JobTable,
  queue: string,
  there: OwnTables,
): Promise<QueueCounts> {
  const doing = `counting jobs of ${queue}`
  await session.query(sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ`, doing)
  return session.transaction(async () => {
    const [ledger] = there.ledger
      ? await session.records(
          sql`SELECT up_to, jobs, parked, dripped FROM ${tableSql(jobs.ledger)} WHERE queue = ${queue}`,
          doing,
        )
      : []
    const upTo = BigInt(ledger?.up_to ?? 0)
    const [live] = await session.records(
      sql`SELECT COUNT(*) AS jobs, COALESCE(SUM(${jobs.waits}), 0) AS waiting, COALESCE(SUM(${jobs.isHeld}), 0) AS held,
        COALESCE(SUM(${name(jobs.id)} <= ${upTo}), 0) AS early FROM ${tableSql(jobs.live)} WHERE ${ofQueue(queue)}`,
      doing,
    )
    const [parked] = there.parked
      ? await session.records(
          sql`SELECT COUNT(*) AS jobs, COALESCE(SUM(${name(jobs.id)} <= ${upTo}), 0) AS early
            FROM ${tableSql(jobs.parked)} WHERE ${ofQueue(queue)}`,
          doing,
        )
      : []
    const number = (record: Record<string, string | null> | undefined, key: string): number =>
      Number(record?.[key] ?? 0)
    const [waiting, held] = [number(live, 'waiting'), number(live, 'held')]
    const counts = {
      waiting,
      held,
      failed: number(live, 'jobs') - waiting - held,
      parked: number(parked, 'jobs'),
    }
    if (!ledger) return counts
    const early = { live: number(live, 'early'), parked: number(parked, 'early') }
    // A job that was still being added when they were counted, or got a lower number since, is one of them.
    const all = Math.max(number(ledger, 'jobs'), early.live + early.parked)
    return {
      ...counts,
      since: {
        ...early,
        upTo: String(upTo),
        counted: number(ledger, 'jobs'),
        jobs: all,
        done: all - early.live - early.parked,
        later: number(live, 'jobs') - early.live + counts.parked - early.parked,
        wereParked: number(ledger, 'parked'),
        wereDripped: number(ledger, 'dripped'),
      },
    }
  }, doing)
}

const mostNamed = 10

/** Other queues that have jobs, where this one has none: its name may be mistyped. Undefined: it has some. */
export async function queuesInstead(
  session: Session,
  { live, parked }: JobTable,
  counts: QueueCounts,
  there: OwnTables,
): Promise<readonly string[] | undefined> {
  if (counts.waiting + counts.held + counts.failed + counts.parked > 0 || counts.since) return undefined
  const names = (table: TableName): Sql =>
    sql`SELECT DISTINCT CONVERT(queue USING utf8mb4) FROM ${tableSql(table)}`
  const found = await session.cells(
    sql`${names(live)} ${there.parked ? sql`UNION ${names(parked)}` : sql``} LIMIT ${mostNamed}`,
    'looking which queues there are',
  )
  return found.map(([queue]) => queue?.toString('utf8') ?? '').sort()
}

/** What does not add up; undefined: all does. Only ops touches the twin, so that its moves must leave just what is there. */
export function discrepancy({ parked, since }: QueueCounts): string | undefined {
  if (!since)
    return parked === 0
      ? undefined
      : `${counted(parked, 'job is', 'jobs are')} parked, and no count of moves is there`
  const { wereParked, wereDripped } = since
  return wereParked - wereDripped === parked
    ? undefined
    : `${counted(wereParked, 'job was', 'jobs were')} parked and ${wereDripped} brought back, but ${parked} ${parked === 1 ? 'is' : 'are'} parked`
}
