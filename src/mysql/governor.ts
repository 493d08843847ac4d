/**
 * Slows or stops a job while its server suffers, and tells what it could not watch. All governors of a server share a few
 * tokens, which the server itself holds: jobs of other machines count too, and one that died gives its token back.
 */
import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { OthersRate } from './others-rate.ts'
import { type Replica, watchReplicas } from './replica-watch.ts'
import type { Server } from './server.ts'
import { type Load, look, noReplicas, statusNumber, whyNoHistory } from './server-load.ts'
import type { Session } from './session.ts'
import { sql } from './sql.ts'
import { Turns } from './turns.ts'

export interface GovernorLimits {
  /** Threads that run at once. */
  readonly threadsRunning: number
  /** Undo records that wait for the oldest transaction. */
  readonly historyLength: number
  /** How far a replica may be behind. */
  readonly replicaLagSeconds: number
  /** Jobs of ops at once on one server. */
  readonly jobs: number
}

const usualGovernorLimits: GovernorLimits = {
  threadsRunning: 25,
  historyLength: 1_000_000,
  replicaLagSeconds: 1,
  jobs: 2,
}

export interface Governor {
  /** What cannot be watched here, and why: for the plan. */
  readonly notWatched: readonly string[]
  /** What it watches where there is any, and nobody has named one. */
  readonly notNamed: readonly string[]
  /**
   * Resolves when the server bears another chunk. `waiting` is told why it does not, each time the reason changes. `holds`:
   * the job keeps a snapshot open, so that undo which waits for it is no reason: it would never become less.
   */
  wait(waiting: (reason: string) => void, signal?: AbortSignal, holds?: boolean): Promise<void>
  /**
   * Runs a piece of work on the server: while others are at work there by itself, after a rest. `holds`: the job keeps
   * a snapshot open meanwhile, which should not last long, so that it rests but shortly.
   */
  turn<T>(work: () => Promise<T>, holds?: boolean): Promise<T>
  /** Others are at work on the server: pieces of work are to be short. */
  readonly isShared: boolean
  /** How long the job has been held up in all, rests included, in milliseconds. */
  readonly pausedMs: number
  /** How much of that were rests. */
  readonly restedMs: number
  close(): Promise<void>
}

const pauseMs = 250
/** A chunk of several turns may take long: so often it is looked between them too. */
const lookEveryMs = 1_000
/** A rest takes at most as long as the turn before it then. */
const mostTimesHolding = 1

/** What else is watched: replicas matter to a job that writes. */
export interface GovernorWishes {
  readonly limits?: GovernorLimits
  readonly watchesReplicas?: boolean
  /** So many times what a turn took is rested behind it, whoever else is at work (0: never); undefined: by what others feel. */
  readonly sleepCoefficient?: number | undefined
  /** The option that sets them, as users write it; undefined: this job has none. */
  readonly restsBy?: string
  /** Runs of the same work that are beside this one now: they are not the others that it makes room for. */
  readonly alike?: () => Promise<number>
  /** False: a busy server is what it is for, so that it is not held up by that, nor counted among the few jobs at once. */
  readonly watchesServer?: boolean
}

/** Of a job that waits for replicas alone. */
export const replicasAlone: GovernorWishes = { watchesReplicas: true, watchesServer: false }

const notLooked = { threadsRunning: undefined, historyLength: undefined }

/** Looks with a session of its own, so that a busy one does not blind it. */
export async function startGovernor(
  server: Pick<Server, 'session' | 'openReplicas'> & Partial<Pick<Server, 'statements'>>,
  {
    limits = usualGovernorLimits,
    watchesReplicas = false,
    watchesServer = true,
    sleepCoefficient,
    restsBy,
    alike,
  }: GovernorWishes = {},
): Promise<Governor> {
  const session = await server.session()
  const replicas = watchesReplicas
    ? await watchReplicas(session, (await server.openReplicas?.()) ?? [])
    : noReplicas
  const others = new OthersRate()
  const turns = new Turns({
    session,
    statements: () => server.statements?.() ?? 0,
    isBusy: () => others.isBusy,
    othersPerSecond: () => others.perSecond,
    coefficient: sleepCoefficient,
  })
  const lookAtAll = async (): Promise<Load> => {
    if (!watchesServer) return { ...notLooked, replicas: await replicas.look() }
    if (server.statements !== undefined && sleepCoefficient === undefined) {
      const questions = await statusNumber(session, 'Questions')
      if (questions !== undefined) {
        // More of them wait for a token.
        const beside = alike && Math.min(await alike(), limits.jobs - 1)
        others.learn(questions, server.statements(), performance.now(), beside)
      }
    }
    return look(session, replicas)
  }
  const first = await lookAtAll()
  let pausedMs = 0
  let toldOfRests = false
  let lookedAtMs = performance.now()
  let waited: { readonly waiting: (reason: string) => void; readonly signal?: AbortSignal } | undefined
  let hasToken = !watchesServer
  const reasonNow = async (): Promise<Reason | undefined> => {
    hasToken ||= await takeToken(session, limits.jobs)
    return hasToken
      ? reasonToWait(await lookAtAll(), limits)
      : { kind: 'token', text: `${limits.jobs} other jobs of ops are at work on this server` }
  }
  const governor: Governor = {
    notWatched: [
      ...(watchesServer && first.threadsRunning === undefined
        ? ['how many threads run (the server does not tell Threads_running)']
        : []),
      ...(watchesServer && first.historyLength === undefined
        ? [`history list length (${await whyNoHistory(session)})`]
        : []),
      ...replicas.notWatched,
    ],
    notNamed: replicas.notNamed,
    get pausedMs() {
      return pausedMs + turns.restedMs
    },
    get restedMs() {
      return turns.restedMs
    },
    get isShared() {
      return turns.areTaken
    },
    async turn(work, holds = false) {
      if (waited && turns.areTaken && performance.now() - lookedAtMs > lookEveryMs)
        await governor.wait(waited.waiting, waited.signal, holds)
      // Who stops the job waits for the end of its chunk.
      if (waited?.signal?.aborted) return turns.take(work, 0)
      return holds ? turns.take(work, mostTimesHolding) : turns.take(work)
    },
    async wait(waiting, signal, holds = false) {
      const begun = performance.now()
      lookedAtMs = begun
      waited = { waiting, ...(signal && { signal }) }
      let told: string | undefined
      try {
        for (;;) {
          const reason = await reasonNow()
          if (turns.areTaken && turns.restedMs > 0 && !toldOfRests) {
            toldOfRests = true
            waiting(whyRests(others.perSecond, sleepCoefficient, restsBy))
          }
          if (reason === undefined || (holds && reason.kind === 'history') || signal?.aborted) return
          if (told !== reason.kind) waiting(reason.text)
          told = reason.kind
          await pause(pauseMs, undefined, signal ? { signal } : {}).catch(() => undefined)
          if (signal?.aborted) return
        }
      } finally {
        // Looks count too: one at a replica that is lost takes as long as its connection is tried.
        if (told !== undefined) pausedMs += performance.now() - begun
      }
    },
    close: () => session.close(),
  }
  return governor
}

interface Reason {
  readonly kind: string
  readonly text: string
}

function whyRests(perSecond: number, coefficient: number | undefined, restsBy: string | undefined): string {
  if (coefficient !== undefined)
    return `it rests behind each turn on the server, as ${restsBy ?? 'a factor of'} ${coefficient} says; a smaller number is faster, and others feel it more`
  const why = `others are at work on the server (${Math.round(perSecond)} statements a second), so it rests between its own`
  return restsBy === undefined ? why : `${why}; ${restsBy} 0 rests never, and they feel it, 1 is between`
}

/** Held until the session ends. In MySQL 5.6 a connection holds but one lock: this one is for nothing else. */
async function takeToken(session: Session, jobs: number): Promise<boolean> {
  for (let number = 1; number <= jobs; number++) {
    const taken = await session.value(
      sql`SELECT GET_LOCK(${`ops:job:${number}`}, 0)`,
      'taking a token of the server',
    )
    if (taken === '1') return true
  }
  return false
}

/** Why the next chunk must wait; undefined: it need not. */
function reasonToWait(load: Load, limits: GovernorLimits): Reason | undefined {
  const { threadsRunning = 0, historyLength = 0, replicas } = load
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
  for (const replica of replicas) {
    const text = lagText(replica, limits)
    if (text !== undefined) return { kind: `${replica.name} ${typeof replica.lag}`, text }
  }
  return undefined
}

/** Why it is waited for; undefined: it keeps up. */
function lagText({ name, lag, problem }: Replica, limits: GovernorLimits): string | undefined {
  if (lag === 'stopped')
    return `the replica ${name} has stopped${problem === '' ? '' : ` (${problem})`}: start it, or take it out of \`replicas\``
  if (lag === 'lost') return `the replica ${name} cannot be reached`
  if (lag <= limits.replicaLagSeconds) return undefined
  return `the replica ${name} is ${lag} s behind (limit ${limits.replicaLagSeconds} s)`
}
