/** How busy a server is, as it says itself: threads that run, undo that waits, replicas that are behind. */
import type { Replica, ReplicaWatch } from './replica-watch.ts'
import type { Session } from './session.ts'
import { type Sql, sql } from './sql.ts'

/** One look at the server. Undefined: it could not be seen. */
export interface Load {
  readonly threadsRunning: number | undefined
  readonly historyLength: number | undefined
  /** Those that the user named; of a job that only reads there are none. */
  readonly replicas: readonly Replica[]
}

export const noReplicas: ReplicaWatch = { notWatched: [], notNamed: [], look: async () => [] }

/** What is seen of the server now. */
export async function look(session: Session, replicas: ReplicaWatch = noReplicas): Promise<Load> {
  const threadsRunning = await statusNumber(session, 'Threads_running')
  const metric = await historyMetric(session)
  const historyLength = metric?.isCounted ? metric.length : undefined
  return { threadsRunning, historyLength, replicas: await replicas.look() }
}

/** A metric that somebody has switched off stands at 0. Its column is ENABLED in MariaDB from 10.5 on, STATUS elsewhere. */
async function historyMetric(
  session: Session,
): Promise<{ readonly length: number; readonly isCounted: boolean } | undefined> {
  try {
    const [record] = await session.records(
      sql`SELECT * FROM information_schema.INNODB_METRICS WHERE NAME = 'trx_rseg_history_len'`,
      watching,
    )
    if (!record) return undefined
    const { ENABLED, STATUS } = record
    return { length: Number(record.COUNT ?? 0), isCounted: ENABLED === '1' || STATUS === 'enabled' }
  } catch (thrown) {
    if (session.lost !== undefined) throw thrown
    return undefined
  }
}

export async function whyNoHistory(session: Session): Promise<string> {
  return (await historyMetric(session)) === undefined
    ? 'needs the right PROCESS'
    : "its metric is switched off: SET GLOBAL innodb_monitor_enable = 'trx_rseg_history_len'"
}

const watching = 'watching the server'

/** Undefined: it does not tell. */
export function statusNumber(session: Session, name: string): Promise<number | undefined> {
  return numberIn(session, sql`SHOW GLOBAL STATUS LIKE ${name}`, 'Value')
}

async function numberIn(session: Session, statement: Sql, column: string): Promise<number | undefined> {
  try {
    const [record] = await session.records(statement, watching)
    const text = record?.[column]
    return text == null || text === '' ? undefined : Number(text)
  } catch (thrown) {
    if (session.lost !== undefined) throw thrown
    return undefined
  }
}
