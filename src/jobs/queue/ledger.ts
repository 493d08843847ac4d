/** The counts of a queue, from when its first jobs are parked until it is empty on the parked side and parking begins anew. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Session } from '../../mysql/session.ts'
import { name, sql, trusted } from '../../mysql/sql.ts'
import { tableSql } from '../../mysql/table-name.ts'
import { type JobTable, ofQueue } from './job-table.ts'

/** A job may have its number before it is there: what was begun before the newest number was read has to end first. */
const mostPatienceMs = 2_000

/** The name under which a queue is counted, as `mail` where the table takes `Mail` for the same. */
export async function nameInLedger(
  session: Session,
  { looked, ledger }: JobTable,
  queue: string,
): Promise<string> {
  const { characterSet, collation } = looked.columns.find(each => each.name.toLowerCase() === 'queue') ?? {}
  if (queue === '' || !characterSet || !collation) return queue
  const [set, order] = [characterSet, collation].map(each => trusted(each.replace(/\W/g, '')))
  const [found] = await session.cells(
    sql`SELECT queue FROM ${tableSql(ledger)}
      WHERE CONVERT(CONVERT(queue USING utf8mb4) USING ${set ?? ''}) COLLATE ${order ?? ''} = CONVERT(_utf8mb4 ${queue} USING ${set ?? ''})
      ORDER BY queue = ${queue} DESC LIMIT 1`,
    `looking for what was parked of ${queue}`,
  )
  return found?.[0]?.toString('utf8') ?? queue
}

/** Writes down how many jobs there are now, unless some are parked already. */
export async function beginLedger(session: Session, jobs: JobTable, queue: string): Promise<void> {
  const doing = `counting jobs of ${queue}`
  const parked = await session.cells(
    sql`SELECT 1 FROM ${tableSql(jobs.parked)} WHERE ${ofQueue(queue)} LIMIT 1`,
    doing,
  )
  if (parked.length > 0) return
  const id = name(jobs.id)
  const upTo = BigInt(
    (await session.value(sql`SELECT COALESCE(MAX(${id}), 0) FROM ${tableSql(jobs.live)}`, doing)) ?? 0,
  )
  await olderTransactionsEnd(session)
  await session.query(
    sql`REPLACE INTO ${tableSql(jobs.ledger)} SELECT ${queue}, ${upTo}, COUNT(*), 0, 0 FROM ${tableSql(jobs.live)}
      WHERE ${ofQueue(queue)} AND ${id} <= ${upTo}`,
    doing,
  )
}

/** As far as the account sees them, and not longer than is worth it: only a count depends on it. */
async function olderTransactionsEnd(session: Session): Promise<void> {
  const open = async (): Promise<ReadonlySet<string>> => {
    // The server's own list may be a tenth of a second old.
    await pause(150)
    const rows = await session
      .records(
        sql`SELECT CONCAT(trx_mysql_thread_id, ' ', trx_started) AS id FROM information_schema.INNODB_TRX`,
        'looking for open transactions',
      )
      .catch(() => [])
    return new Set(rows.map(each => each.id ?? ''))
  }
  const first = await open()
  for (let waited = 0; first.size > 0 && waited < mostPatienceMs; waited += 150) {
    const now = await open()
    if (![...first].some(each => now.has(each))) return
  }
}
