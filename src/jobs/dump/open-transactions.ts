/** Since when the oldest transaction of others is open: rows that it has not committed yet may belong to days long past. */
import { errorNumber } from '../../mysql/mysql-error.ts'
import type { Session } from '../../mysql/session.ts'
import { sql } from '../../mysql/sql.ts'

export interface OldestTransaction {
  readonly since: Date
  /** The server's number of its connection; 0 for one that has none, such as a prepared one of XA. */
  readonly connection: number
}

const rightNeeded = 1227

/**
 * Undefined: none is open. `unseen`: the account lacks the right PROCESS. The server tells their beginning by the clock of
 * its own system; where that hour came twice, the earlier one is meant.
 */
export async function oldestTransaction(session: Session): Promise<OldestTransaction | undefined | 'unseen'> {
  const doing = 'looking for open transactions'
  await session.query(sql`SET time_zone = 'SYSTEM'`, doing)
  try {
    const [row] = await session.records(
      sql`SELECT IF(FROM_UNIXTIME(UNIX_TIMESTAMP(trx_started) - 3600) = trx_started, UNIX_TIMESTAMP(trx_started) - 3600,
          UNIX_TIMESTAMP(trx_started)) AS since, trx_mysql_thread_id AS connection
          FROM information_schema.INNODB_TRX WHERE trx_mysql_thread_id <> CONNECTION_ID() ORDER BY trx_started LIMIT 1`,
      doing,
    )
    return row && { since: new Date(Number(row.since) * 1000), connection: Number(row.connection ?? 0) }
  } catch (thrown) {
    if (errorNumber(thrown) === rightNeeded) return 'unseen'
    throw thrown
  } finally {
    if (session.lost === undefined) await session.query(sql`SET time_zone = '+00:00'`, doing)
  }
}
