/** The replicas of a server that a job must not leave behind: each one is asked itself, as their source does not know it. */
import { performance } from 'node:perf_hooks'
import { OpsError } from '../base/errors.ts'
import { isLost } from './mysql-error.ts'
import { replicaSources } from './replica-state.ts'
import type { Server } from './server.ts'
import type { Session } from './session.ts'
import { sql } from './sql.ts'

export interface Replica {
  readonly name: string
  /** A delay that is set on purpose left out. `lost`: it cannot be reached now. */
  readonly lag: number | 'stopped' | 'lost'
  /** What it says of why it stopped. */
  readonly problem: string
}

export interface ReplicaWatch {
  /** What cannot be watched, and why: for the plan. */
  readonly notWatched: readonly string[]
  /** What would be watched if there were any: none is seen, and none is named. */
  readonly notNamed: readonly string[]
  /** @throws OpsError `lost` where one cannot be reached for long. */
  look(): Promise<readonly Replica[]>
}

const lostForMs = 60_000

/** `replicas`: those that the user named. */
export async function watchReplicas(source: Session, replicas: readonly Server[]): Promise<ReplicaWatch> {
  const notWatched: string[] = []
  const notNamed: string[] = []
  if (replicas.length === 0) {
    const { isSeen, text } = await unnamedReplicas(source)
    ;(isSeen ? notWatched : notNamed).push(text)
  }
  const watched: (() => Promise<Replica>)[] = []
  for (const server of replicas) {
    const session = await server.session()
    const sources = await replicaSources(session)
    if (sources === 'unseen')
      notWatched.push(
        `lag of ${server.name} (needs the right REPLICATION CLIENT there; MariaDB: SLAVE MONITOR)`,
      )
    else if (sources.length === 0) notWatched.push(`lag of ${server.name}: it is no replica`)
    else watched.push(lookAt(server, session))
  }
  return { notWatched, notNamed, look: () => Promise.all(watched.map(each => each())) }
}

function lookAt(server: Server, first: Session): () => Promise<Replica> {
  const { name } = server
  let session = first
  let lostAtMs: number | undefined
  return async () => {
    try {
      if (session.lost !== undefined) session = await server.session()
      const sources = await replicaSources(session)
      lostAtMs = undefined
      if (sources === 'unseen') return { name, lag: 'stopped', problem: 'the right to see it is gone' }
      const stopped = sources.find(each => each.secondsBehind === undefined)
      if (stopped || sources.length === 0) return { name, lag: 'stopped', problem: stopped?.problem ?? '' }
      const lags = sources.map(({ secondsBehind = 0, delaySeconds }) => secondsBehind - delaySeconds)
      return { name, lag: Math.max(0, ...lags), problem: '' }
    } catch (thrown) {
      if (!(isLost(thrown) || session.lost !== undefined)) throw thrown
      lostAtMs ??= performance.now()
      if (performance.now() - lostAtMs < lostForMs) return { name, lag: 'lost', problem: '' }
      throw new OpsError(
        {
          code: 'lost',
          title: `the replica ${name} cannot be reached any more, so nobody sees how far it is behind`,
          changed: 'no',
          next: 'Look at that server, or take it out of `replicas` of [db NAME]; then run the same command again.',
        },
        { cause: thrown },
      )
    }
  }
}

/** Replicas that are connected hang on a thread each, which an account with the right PROCESS sees. */
async function unnamedReplicas(
  source: Session,
): Promise<{ readonly isSeen: boolean; readonly text: string }> {
  const threads = await source
    .records(
      sql`SELECT HOST AS host FROM information_schema.PROCESSLIST WHERE COMMAND LIKE 'Binlog Dump%'`,
      'looking for replicas',
    )
    .catch(thrown => {
      if (source.lost !== undefined) throw thrown
      return []
    })
  const hosts = threads.map(({ host }) => (host ?? '').replace(/:\d+$/, ''))
  const named = 'name each with `replicas = NAME, NAME` in [db NAME] of ops.ini'
  return hosts.length === 0
    ? {
        isSeen: false,
        text: `lag of replicas (the server does not tell where they are: ${named})`,
      }
    : {
        isSeen: true,
        text: `lag of the replicas that are connected from ${hosts.join(', ')}: ${named}`,
      }
}
