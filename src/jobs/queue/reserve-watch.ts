/** Watches how long workers wait for their UPDATE, from a connection of its own, and breaks off a move that one waits for too long. */
import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { mayEverywhere, readGrants } from '../../mysql/grants.ts'
import type { Server } from '../../mysql/server.ts'
import type { Session } from '../../mysql/session.ts'
import { sql } from '../../mysql/sql.ts'
import type { JobTable } from './job-table.ts'

export interface ReserveWatch {
  /** Why nothing is seen; undefined: all is. */
  readonly problem: string | undefined
  /** The longest seen so far, in milliseconds. */
  readonly longestMs: number
  /** Moves that were broken off for a worker. */
  readonly brokenOff: number
  /** Runs a move, which may be broken off; nothing else is. Answers with the longest that a worker waited meanwhile, too. */
  during<T>(move: () => Promise<T>): Promise<{ readonly result: T; readonly waitedMs: number }>
  close(): Promise<void>
}

const lookEveryMs = 50

/** `mover` is the session that moves jobs. */
export async function watchReserves(
  server: Server,
  mover: Session,
  { live }: JobTable,
  limitMs: number,
): Promise<ReserveWatch> {
  const session = await server.session()
  const seesAll = mayEverywhere(await readGrants(session), 'PROCESS')
  const problem = seesAll ? undefined : 'how long workers wait (needs the right PROCESS)'
  const hasNumbers = session.version.flavor === 'mariadb'
  let longestMs = 0
  let recentMs = 0
  let brokenOff = 0
  let isClosed = false
  let isMoving = false
  // Times of the list are those of a CALL where a procedure does the work: what counts is since when a statement is seen.
  const firstSeen = new Map<string, number>()
  const pattern = `%${live.table.replaceAll(/[\\%_]/g, '\\$&')}%`
  const look = async (): Promise<void> => {
    const rows = await session.records(
      sql`SELECT ID AS id, TIME AS seconds, INFO AS info ${hasNumbers ? sql`, QUERY_ID AS query` : sql``}
        FROM information_schema.PROCESSLIST WHERE COMMAND IN ('Query', 'Execute') AND ID NOT IN (${mover.threadId}, ${session.threadId})
        AND INFO LIKE _utf8mb4'%update%' AND INFO LIKE _utf8mb4 ${pattern}`,
      'watching the workers',
    )
    const now = performance.now()
    const seen = new Set<string>()
    let waitedMs = 0
    for (const { id, info, query, seconds } of rows) {
      const key = `${id}:${query ?? info}`
      seen.add(key)
      if (!firstSeen.has(key)) firstSeen.set(key, now)
      const seenMs = now - (firstSeen.get(key) ?? now)
      // Without its number a statement looks like the one before: its own seconds bound it.
      waitedMs = Math.max(waitedMs, query == null ? Math.min(seenMs, (Number(seconds) + 1) * 1_000) : seenMs)
    }
    for (const key of firstSeen.keys()) if (!seen.has(key)) firstSeen.delete(key)
    recentMs = Math.max(recentMs, waitedMs)
    longestMs = Math.max(longestMs, waitedMs)
    if (!isMoving || waitedMs < limitMs * 0.6 || !(await isAtWork(session, mover)) || !isMoving) return
    brokenOff += 1
    await session.query(sql`KILL QUERY ${mover.threadId}`, 'breaking a move off').catch(() => undefined)
  }
  const watching = (async () => {
    while (!isClosed && session.lost === undefined) {
      await look().catch(() => undefined)
      await pause(lookEveryMs)
    }
  })()
  return {
    problem,
    get longestMs() {
      return longestMs
    },
    get brokenOff() {
      return brokenOff
    },
    async during(move) {
      recentMs = 0
      isMoving = true
      try {
        const result = await move()
        return { result, waitedMs: recentMs }
      } finally {
        isMoving = false
      }
    },
    async close() {
      isClosed = true
      await watching
      await session.close()
    },
  }
}

/** Whether the mover is at a statement of its transaction just now: workers wait for one another, too. */
async function isAtWork(session: Session, mover: Session): Promise<boolean> {
  const state = await session.value(
    sql`SELECT COMMAND FROM information_schema.PROCESSLIST WHERE ID = ${mover.threadId}`,
    'watching the move',
  )
  return state === 'Query'
}
