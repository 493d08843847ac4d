/** How the days of a plan are read: by one session, by several in turn, or in one scan of the table. */
import { performance } from 'node:perf_hooks'
import type { Server } from '../../mysql/server.ts'
import { serverState } from '../../mysql/server-state.ts'
import type { Session } from '../../mysql/session.ts'
import { checkContracts } from '../drift/judge.ts'
import { type AgreeTo, type DaysSource, DaysWalk, type Turn } from './days-walk.ts'
import type { DumpPlan } from './plan.ts'
import { ScanWalk } from './scan-walk.ts'
import { WalksInTurn } from './walks-in-turn.ts'

/** `session` is that of the plan. */
export async function walkOf(
  plan: DumpPlan,
  session: Session,
  server: Server,
  governor?: Turn,
): Promise<DaysSource> {
  const { request, shape, names, until, kind, checks, newDays, state } = plan
  const begun = performance.now()
  const clock = (): Date => new Date(plan.now.getTime() + Math.round(performance.now() - begun))
  // A day is saved in the shape that its table has then: a consumer's contract must hold for that one too.
  const agree: AgreeTo = table => checkContracts(session, table, request.contracts)
  if (plan.reads === 'days') {
    // A second session is worth while where there is much to read, and a third one is in the way of the others. What the server
    // computes itself is asked one after another.
    const isLong = checks.length === 0 && newDays.length >= leastForTwo
    // An account may be allowed no more of them.
    const second = isLong ? await sessionOf(state.ownId, server).catch(() => undefined) : undefined
    if (!second) return new DaysWalk(session, shape, [...checks, ...newDays], clock, agree, governor)
    const sessions = [session, second]
    return new WalksInTurn(
      sessions.map((each, turn) => {
        const days = newDays.filter((_, index) => index % sessions.length === turn)
        return new DaysWalk(each, shape, days, clock, agree, governor)
      }),
    )
  }
  const range = { kind, zone: request.zone, until, known: names.days.keys() }
  return new ScanWalk(session, shape, range, clock, agree, governor)
}

const leastForTwo = 8

/** Behind a name with several replicas each login may be of another one, which lags in its own way: it may lack rows of days that are closed. */
async function sessionOf(ownId: string, server: Server): Promise<Session | undefined> {
  const session = await server.session()
  if ((await serverState(session)).ownId === ownId) return session
  await session.close()
  return undefined
}
