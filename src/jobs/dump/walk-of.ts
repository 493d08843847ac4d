/** How the days of a plan are read: by one session, by several in turn, or in one scan of the table. */
import { performance } from 'node:perf_hooks'
import type { Server } from '../../mysql/server.ts'
import type { Session } from '../../mysql/session.ts'
import { checkContracts } from '../drift/judge.ts'
import { type AgreeTo, type DaysSource, DaysWalk } from './days-walk.ts'
import type { DumpPlan } from './plan.ts'
import { ScanWalk } from './scan-walk.ts'
import { WalksInTurn } from './walks-in-turn.ts'

/** `session` is that of the plan. */
export async function walkOf(plan: DumpPlan, session: Session, server: Server): Promise<DaysSource> {
  const { request, shape, names, until, kind, checks, newDays } = plan
  const begun = performance.now()
  const clock = (): Date => new Date(plan.now.getTime() + Math.round(performance.now() - begun))
  // A day is saved in the shape that its table has then: a consumer's contract must hold for that one too.
  const agree: AgreeTo = table => checkContracts(session, table, request.contracts)
  if (plan.reads === 'days') {
    // More sessions are worth while where there is much to read. What the server computes itself is asked one after another.
    if (checks.length > 0 || newDays.length < leastForMore)
      return new DaysWalk(session, shape, [...checks, ...newDays], clock, agree)
    // An account may be allowed no more of them.
    const more = Array.from({ length: sessionsFor(plan) - 1 }, () => server.session().catch(() => undefined))
    const sessions = [session, ...(await Promise.all(more)).filter(each => each !== undefined)]
    return new WalksInTurn(
      sessions.map((each, turn) => {
        const days = newDays.filter((_, index) => index % sessions.length === turn)
        return new DaysWalk(each, shape, days, clock, agree)
      }),
    )
  }
  const range = { kind, zone: request.zone, until, known: names.days.keys() }
  return new ScanWalk(session, shape, range, clock, agree)
}

const leastForMore = 8
/** Of the largest day, as far as is known: each session has memory for two pieces. */
const mostBytesForThree = 1024 * 1024

function sessionsFor({ newDays, shape }: DumpPlan): number {
  const largest = Math.max(...newDays.map(({ rows = Number.POSITIVE_INFINITY }) => rows))
  return largest * shape.table.estimate.averageRowBytes <= mostBytesForThree ? 3 : 2
}
