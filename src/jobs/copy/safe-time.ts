/**
 * How far a copy is sure to see everything: no transaction that is open now, and none that begins later, can still bring a
 * row with an older stamp. Asked for right before the reading begins.
 */
import { inputError } from '../../base/errors.ts'
import type { Column } from '../../mysql/columns.ts'
import type { Session } from '../../mysql/session.ts'
import { type Sql, sql } from '../../mysql/sql.ts'
import { utcText, zoneText } from '../time-words.ts'

export interface SafeTime {
  /** As the column would hold it: rows from here on are read again next time. */
  readonly watermark: string
  /** The least that the column may be stamped with from now on. */
  readonly clock: string
  /** Why it is not simply now, for people. */
  readonly notes: readonly string[]
}

export interface ClockWishes {
  /** How much older than its transaction a stamp may be, in seconds. */
  readonly marginSeconds: number
  /** The user named it: then it also stands for transactions that cannot be seen. */
  readonly isMarginGiven: boolean
  /** By whose clock a DATETIME was written; undefined: by the server's or by UTC, whichever is behind. */
  readonly zone: string | undefined
}

const doing = 'looking for open transactions'

/** @throws OpsError `input` where open transactions cannot be seen and no margin was named. */
export async function safeTime(session: Session, column: Column, wishes: ClockWishes): Promise<SafeTime> {
  const notes: string[] = []
  // Their start is told by the clock of the machine, whatever zone the server has.
  await session.query(sql`SET time_zone = 'SYSTEM'`, doing)
  let seconds: number
  let now: number
  try {
    now = Number(await session.value(sql`SELECT UNIX_TIMESTAMP()`, doing))
    const lag = await replicaLag(session, wishes, notes)
    const oldest = await oldestStart(session, wishes, notes)
    seconds = Math.floor(Math.min(now, oldest ?? now) - lag - wishes.marginSeconds)
    if (oldest !== undefined && (await zoneMoved(session))) seconds -= 3_600
  } finally {
    await session.query(sql`SET time_zone = '+00:00'`, doing)
  }
  const asShown = async (moment: number): Promise<string> => {
    const text = await asColumnShows(session, column, moment, wishes.zone)
    return column.dataType === 'date' ? text.slice(0, 10) : text
  }
  return { watermark: await asShown(seconds), clock: await asShown(Math.floor(now)), notes }
}

/** The start of the oldest transaction or statement that may still write, in seconds since 1970. */
async function oldestStart(
  session: Session,
  { isMarginGiven, marginSeconds }: ClockWishes,
  notes: string[],
): Promise<number | undefined> {
  // A statement is stamped before its transaction starts, and the second may end between the two.
  const [transaction] = await session
    .records(
      sql`SELECT trx_mysql_thread_id AS thread, UNIX_TIMESTAMP(trx_started) - 1 AS started, trx_started AS at
          FROM information_schema.INNODB_TRX WHERE trx_is_read_only = 0 AND trx_mysql_thread_id <> CONNECTION_ID()
          ORDER BY trx_started LIMIT 1`,
      doing,
    )
    .catch(thrown => {
      if (session.lost !== undefined) throw thrown
      if (isMarginGiven) {
        notes.push(
          `open transactions cannot be seen (the account has no right PROCESS): rows of one that stays open longer than ${marginSeconds} s may be missed`,
        )
        return []
      }
      throw inputError(`${session.source}: the account may not see open transactions`, {
        detail: thrown instanceof Error ? thrown.message : String(thrown),
        next: 'A row that is stamped now and committed later would be missed. GRANT PROCESS ON *.* TO the account; or say how long a transaction stays open at most: --margin 1h.',
      })
    })
  // A statement that waits for the table is stamped already, and has no transaction yet.
  const [statement] = await session.records(
    sql`SELECT ID AS thread, UNIX_TIMESTAMP() - TIME - 1 AS started FROM information_schema.PROCESSLIST
        WHERE COMMAND IN ('Query', 'Execute') AND ID <> CONNECTION_ID() AND TIME IS NOT NULL AND TIME < 2000000000
        ORDER BY TIME DESC LIMIT 1`,
    doing,
  )
  if (transaction && Number(transaction.started) > 0)
    notes.push(
      `connection ${transaction.thread} has a transaction open since ${transaction.at} (server time): the watermark stays before it`,
    )
  const starts = [transaction, statement]
    .flatMap(each => (each ? [Number(each.started)] : []))
    .filter(each => each > 0)
  return starts.length === 0 ? undefined : Math.min(...starts)
}

/** A replica shows what its source did some time ago. */
async function replicaLag(
  session: Session,
  { isMarginGiven }: ClockWishes,
  notes: string[],
): Promise<number> {
  const isReadOnly = /^(1|ON|READ_ONLY.*|NO_LOCK.*)$/i.test(
    (await session.value(sql`SELECT @@global.read_only`, doing)) ?? '',
  )
  const statement: Sql =
    session.version.flavor === 'mariadb'
      ? sql`SHOW ALL SLAVES STATUS`
      : session.version.number >= 80_022
        ? sql`SHOW REPLICA STATUS`
        : sql`SHOW SLAVE STATUS`
  const states = await session.records(statement, doing).catch(thrown => {
    if (session.lost !== undefined) throw thrown
    return undefined
  })
  if (states === undefined) {
    if (!isReadOnly) return 0
    if (isMarginGiven) {
      notes.push('the server is read-only, and the account may not see how far behind its source it is')
      return 0
    }
    throw inputError(
      `${session.source} is read-only, perhaps a replica, and the account may not see how far behind it is`,
      {
        next: 'GRANT REPLICATION CLIENT ON *.* (MariaDB: SLAVE MONITOR) TO the account, copy from the server that the rows are written to, or say how far it may be behind: --margin 1h.',
      },
    )
  }
  const lags = states.map(each => each.Seconds_Behind_Master ?? each.Seconds_Behind_Source ?? null)
  if (lags.includes(null)) {
    throw inputError(`${session.source} is a replica, and its replication has stopped`, {
      next: 'What it lacks is not known. Start it again, or copy from the server that the rows are written to.',
    })
  }
  const lag = Math.max(0, ...lags.map(Number))
  if (lag > 0) notes.push(`the server is a replica, ${lag} s behind`)
  return lag
}

/** Whether the machine's clock was put back or forth within the last day. */
async function zoneMoved(session: Session): Promise<boolean> {
  const seconds = await session.value(
    sql`SELECT TIMESTAMPDIFF(SECOND, FROM_UNIXTIME(UNIX_TIMESTAMP() - 86400), FROM_UNIXTIME(UNIX_TIMESTAMP()))`,
    doing,
  )
  return Math.abs(Number(seconds) - 86_400) > 2
}

const quarters = [0, 1, 2, 3, 4, 5, 6, 7, 8]

/**
 * A moment and the quarters of hours behind it. Clocks are put back in autumn, on a quarter of an hour: what they show in the
 * next two hours may be less than now.
 */
function momentsFrom(seconds: number): readonly number[] {
  const next = Math.ceil(seconds / 900) * 900
  return [seconds, ...quarters.map(each => next + each * 900)]
}

/** The least that clocks of a zone show from a moment on. */
export function leastInZone(seconds: number, zone: string): string {
  return least(momentsFrom(seconds).map(each => zoneText(new Date(each * 1000), zone)))
}

const least = (texts: readonly string[]): string => [...texts].sort()[0] ?? ''

async function asColumnShows(
  session: Session,
  { dataType }: Column,
  seconds: number,
  zone: string | undefined,
): Promise<string> {
  const moments = momentsFrom(seconds)
  const inUtc = utcText(new Date(seconds * 1000))
  if (dataType === 'timestamp') return inUtc
  if (zone !== undefined) return leastInZone(seconds, zone)
  await session.query(sql`SET time_zone = @@global.time_zone`, doing)
  try {
    const shown: string[] = []
    for (const moment of moments)
      shown.push((await session.value(sql`SELECT FROM_UNIXTIME(${moment})`, doing))?.slice(0, 19) ?? inUtc)
    return least([...shown, inUtc])
  } finally {
    await session.query(sql`SET time_zone = '+00:00'`, doing)
  }
}
