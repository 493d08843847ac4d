/** Slows or stops a job while its server suffers, and tells what it could not watch. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Server } from './server.ts'
import type { Session } from './session.ts'
import { type Sql, sql } from './sql.ts'

export interface GovernorLimits {
  /** Threads that run at once. */
  readonly threadsRunning: number
  /** Undo records that wait for the oldest transaction. */
  readonly historyLength: number
  /** How far a replica may be behind. */
  readonly replicaLagSeconds: number
}

export const usualGovernorLimits: GovernorLimits = {
  threadsRunning: 25,
  historyLength: 1_000_000,
  replicaLagSeconds: 1,
}

/** One look at the server. Undefined: it could not be seen. */
export interface Load {
  readonly threadsRunning: number | undefined
  readonly historyLength: number | undefined
  /** Of this server behind its own source; undefined where it is no replica, too. */
  readonly replicaLagSeconds: number | undefined
}

export interface Governor {
  /** What cannot be watched here, and why: for the plan. */
  readonly notWatched: readonly string[]
  /** Resolves when the server bears another chunk. `waiting` is told why it does not, each time the reason changes. */
  wait(waiting: (reason: string) => void, signal?: AbortSignal): Promise<void>
  /** How long the job has been held up in all, in milliseconds. */
  readonly pausedMs: number
  close(): Promise<void>
}

const pauseMs = 250

/** Looks with a session of its own, so that a busy one does not blind it. */
export async function startGovernor(
  server: Server,
  limits: GovernorLimits = usualGovernorLimits,
): Promise<Governor> {
  const session = await server.session()
  const first = await look(session)
  let pausedMs = 0
  return {
    notWatched: [
      ...(first.historyLength === undefined ? ['history list length (needs the right PROCESS)'] : []),
      'lag of replicas (the server does not tell where they are)',
    ],
    get pausedMs() {
      return pausedMs
    },
    async wait(waiting, signal) {
      let told: string | undefined
      for (;;) {
        const reason = reasonToWait(await look(session), limits)
        if (reason === undefined || signal?.aborted) return
        if (told !== reason.kind) waiting(reason.text)
        told = reason.kind
        await pause(pauseMs, undefined, signal ? { signal } : {}).catch(() => undefined)
        pausedMs += pauseMs
      }
    },
    close: () => session.close(),
  }
}

/** What is seen of the server now. */
export async function look(session: Session): Promise<Load> {
  const number = async (statement: Sql, column: string): Promise<number | undefined> => {
    try {
      const [record] = await session.records(statement, 'watching the server')
      const text = record?.[column]
      return text == null || text === '' ? undefined : Number(text)
    } catch (thrown) {
      if (session.lost !== undefined) throw thrown
      return undefined
    }
  }
  const threadsRunning = await number(sql`SHOW GLOBAL STATUS LIKE 'Threads_running'`, 'Value')
  const historyLength = await number(
    sql`SELECT COUNT AS history FROM information_schema.INNODB_METRICS WHERE NAME = 'trx_rseg_history_len'`,
    'history',
  )
  return { threadsRunning, historyLength, replicaLagSeconds: undefined }
}

/** Why the next chunk must wait; undefined: it need not. */
export function reasonToWait(
  load: Load,
  limits: GovernorLimits,
): { readonly kind: string; readonly text: string } | undefined {
  const { threadsRunning = 0, historyLength = 0, replicaLagSeconds = 0 } = load
  if (threadsRunning >= limits.threadsRunning) {
    return {
      kind: 'threads',
      text: `the server is busy: ${threadsRunning} threads run (limit ${limits.threadsRunning})`,
    }
  }
  if (historyLength >= limits.historyLength) {
    return {
      kind: 'history',
      text: `${historyLength} undo records wait for an old transaction (limit ${limits.historyLength})`,
    }
  }
  if (replicaLagSeconds > limits.replicaLagSeconds) {
    return {
      kind: 'lag',
      text: `a replica is ${replicaLagSeconds} s behind (limit ${limits.replicaLagSeconds} s)`,
    }
  }
  return undefined
}
