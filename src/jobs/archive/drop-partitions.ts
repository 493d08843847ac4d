/**
 * Drops a partition that its old rows have left. Under a lock of the whole table it is looked at again, so that no row that
 * came meanwhile goes with it; the lock is waited for a second at most, and the server takes it back from a client that is silent.
 */
import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { errorNumber, serverErrors } from '../../mysql/mysql-error.ts'
import { partitionSql } from '../../mysql/partitions.ts'
import type { Server } from '../../mysql/server.ts'
import type { Session } from '../../mysql/session.ts'
import { name, sql } from '../../mysql/sql.ts'
import { type TableName, tableSql, tableText } from '../../mysql/table-name.ts'
import type { Interrupt } from '../../run/interrupt.ts'
import { hasRow } from './old-partitions.ts'

export interface DroppedPartitions {
  readonly dropped: readonly string[]
  readonly stayed: readonly { readonly name: string; readonly why: string }[]
  /** The longest that the whole table was locked, in milliseconds. */
  readonly longestLockMs: number
  /** The operator stopped it before the last one. */
  readonly isInterrupted?: boolean
  /** What ended it half-way. */
  readonly failure?: unknown
}

export const noneDropped: DroppedPartitions = { dropped: [], stayed: [], longestLockMs: 0 }

/** How long a look may take that is made under the lock: deleted rows are passed over until the server purges them. */
const quickMs = 200
/** For all partitions of a run together. */
const quickTries = 40
const retryAfterMs = 250

export interface Surroundings {
  /** Throws where another run may be at work by now. */
  readonly stillLocked: () => Promise<void>
  readonly interrupt: Pick<Interrupt, 'level'>
}

export async function dropPartitions(
  server: Pick<Server, 'session'>,
  table: TableName,
  old: readonly string[],
  { stillLocked, interrupt }: Surroundings,
): Promise<DroppedPartitions> {
  if (old.length === 0) return noneDropped
  const dropped: string[] = []
  const stayed: { name: string; why: string }[] = []
  let longestLockMs = 0
  const session = await server.session()
  try {
    await session.query(sql`SET lock_wait_timeout = 1, wait_timeout = 15`, 'preparing to drop partitions')
    const patience = { tries: quickTries }
    let isBusy = false
    for (const partition of old) {
      if (interrupt.level !== 'none') return { dropped, stayed, longestLockMs, isInterrupted: true }
      await stillLocked()
      // Everybody else waits behind a lock that is waited for: not once for each partition.
      const result: Result = isBusy ? stays(busy) : await dropEmpty(session, table, partition, patience)
      longestLockMs = Math.max(longestLockMs, result.lockMs)
      isBusy = result.why === busy
      if (result.why === undefined) dropped.push(partition)
      else stayed.push({ name: partition, why: result.why })
    }
  } catch (failure) {
    return { dropped, stayed, longestLockMs, failure }
  } finally {
    await session.close()
  }
  return { dropped, stayed, longestLockMs }
}

interface Result {
  /** Undefined: it is dropped. */
  readonly why: string | undefined
  readonly lockMs: number
}

const busy = 'other transactions were at work on the table'
const stays = (why: string, lockMs = 0): Result => ({ why, lockMs })

async function dropEmpty(
  session: Session,
  table: TableName,
  partition: string,
  patience: { tries: number },
): Promise<Result> {
  const before = await quickLook(session, table, partition, patience)
  if (before !== undefined) return stays(before)
  const doing = `dropping the empty partition ${partition} of ${tableText(table)}`
  let begun = 0
  try {
    await session.query(sql`LOCK TABLES ${tableSql(table)} WRITE`, doing)
    begun = performance.now()
    // A locking read: a row of a transaction that is prepared and not committed is not seen, but waited for.
    const look = sql`SELECT 1 FROM ${partitionSql(table, partition)} LIMIT 1 LOCK IN SHARE MODE`
    if ((await session.value(look, doing)) !== undefined)
      return stays('a row came while it was to be dropped', performance.now() - begun)
    await session.query(sql`ALTER TABLE ${tableSql(table)} DROP PARTITION ${name(partition)}`, doing)
    return { why: undefined, lockMs: performance.now() - begun }
  } catch (thrown) {
    if (errorNumber(thrown) !== serverErrors.lockWaitTimeout) throw thrown
    return stays(busy, begun === 0 ? 0 : performance.now() - begun)
  } finally {
    if (session.lost === undefined) await session.query(sql`UNLOCK TABLES`, doing)
  }
}

/** Why it stays; undefined: it is empty, and looking took so little that the table may be locked meanwhile. */
async function quickLook(
  session: Session,
  table: TableName,
  partition: string,
  patience: { tries: number },
): Promise<string | undefined> {
  for (;;) {
    const begun = performance.now()
    if (await hasRow(session, table, partition)) return 'rows are in it still'
    if (performance.now() - begun < quickMs) return undefined
    if (patience.tries-- <= 0) return 'the server has not purged its deleted rows yet'
    await pause(retryAfterMs)
  }
}
