/** Dumps closed days: plan, confirm, then day by day a snapshot is read, saved and proved. */

import { performance } from 'node:perf_hooks'
import { counted } from '../../base/counted.ts'
import { OpsError } from '../../base/errors.ts'
import { type Governor, startGovernor } from '../../mysql/governor.ts'
import { explained } from '../../mysql/moved-table.ts'
import type { HeldLock } from '../../mysql/named-lock.ts'
import type { Session } from '../../mysql/session.ts'
import { tableText } from '../../mysql/table-name.ts'
import type { Store } from '../../store/store.ts'
import { isStoreError } from '../../store/store-error.ts'
import { checkUnaltered } from '../drift/unaltered.ts'
import type { JobContext } from '../job-context.ts'
import { keptApart } from '../kept-apart.ts'
import { tellOwed } from '../load/tell-owed.ts'
import { restsBy } from '../rests.ts'
import { type ChunksDone, interruptedError, partlyDone, runChunks } from '../run.ts'
import { holdPlace } from '../shard/hold-place.ts'
import { DaySaver } from './day-saver.ts'
import type { DaysSource, WalkPiece } from './days-walk.ts'
import type { DumpOutcome } from './dump-outcome.ts'
import { writeMark } from './dump-store.ts'
import { dumpEnd, dumpSoFar } from './end-text.ts'
import { type DumpPlan, type DumpRequest, planDump } from './plan.ts'
import { dumpPlanEvent, dumpTitle, goneText, readsNothing, rowsOf } from './plan-text.ts'
import { receiptKey } from './records.ts'
import { walkOf } from './walk-of.ts'

export interface DumpContext extends JobContext {
  readonly store: Store
  /** `confirm` asks a person, who may take his time. */
  readonly asks: boolean
}

/** Answers whether it ran: false where the person said no, or only a plan was wanted. */
export async function runDump(request: DumpRequest, context: DumpContext): Promise<boolean> {
  const { server, store, emit, confirm, asks, plansOnly } = context
  const title = dumpTitle(request)
  const session = await server.session()
  // Each has a session of its own: they log in beside one another.
  const starting = startGovernor(server, { sleepCoefficient: request.sleepCoefficient, restsBy })
  // Where nobody is asked, the plan that is shown is the one that is carried out: one look at server and store.
  const locking = plansOnly || asks ? undefined : hold(request, context)
  // Their failures are told where they are awaited.
  for (const each of [starting, locking]) each?.catch(() => undefined)
  await tellOwed(session, request.table, emit)
  const governor = await starting
  let lock: HeldLock | undefined
  try {
    lock = await locking
    let plan = await planDump(session, store, request)
    const shown = dumpPlanEvent(server.name, plan, governor)
    emit({ event: 'job-plan', ...shown })
    if (!plansOnly && readsNothing(plan)) refuseGone(store, plan, false)
    if (plansOnly || shown.isEmpty) return shown.isEmpty === true && !plansOnly
    if (confirm && !(await confirm(shown))) return false
    if (!lock) {
      lock = await hold(request, context)
      plan = await planDump(session, store, request)
    }
    const outcome = await carryOut(plan, session, lock, governor, context)
    emit({ event: 'job-end', ...dumpEnd(server.name, plan, outcome) })
    if (outcome.failure !== undefined)
      throw partlyDone(outcome.failure, outcome.saved.length > 0, dumpSoFar(outcome))
    if (outcome.read.isInterrupted)
      throw interruptedError(
        title,
        outcome.saved.length + outcome.removedOrphans > 0 || !plan.names.isMarked,
        'Whole days are saved. Run the same command again: it goes on with the next one.',
      )
    refuseGone(store, plan, outcome.saved.length > 0)
    return true
  } finally {
    await lock?.release()
    await governor.close()
  }
}

/** Told when the other days are saved. @throws OpsError `failed` where a receipt is there and its file is not. */
function refuseGone({ url }: Store, plan: DumpPlan, isChanged: boolean): void {
  const [first] = plan.gone
  if (!first) return
  const again = first.revision === 1 ? 'the next run' : 'a run with --recheck over that day'
  throw new OpsError({
    code: 'failed',
    title: `${url}: ${goneText(plan)}`,
    detail: `${receiptKey(first)} says that the ${counted(first.rows, 'row')} of ${first.day} are in ${first.object}, and there is none.`,
    changed: isChanged ? 'yes' : 'no',
    next: `Bring it back from a version or a copy of the store. Where the table has the rows of that day still, take ${receiptKey(first)} away: ${again} dumps it again. ops db dump verify ${url} reads all the others.`,
  })
}

/** Days are whose they are by their number alone: shards need not wait for one another. */
async function hold({ table, shard }: DumpRequest, context: DumpContext): Promise<HeldLock> {
  const place = await holdPlace(context.server, `dump ${tableText(table)}`, shard, context)
  try {
    // A day that is half restored would be saved as if that were all of it.
    await keptApart(place, context.server.name, table, ['restore'])
    await place.letIn()
    return place
  } catch (thrown) {
    await place.release()
    throw thrown
  }
}

async function carryOut(
  plan: DumpPlan,
  session: Session,
  lock: HeldLock | undefined,
  governor: Governor,
  context: DumpContext,
): Promise<DumpOutcome> {
  const { server, store, emit, interrupt } = context
  const { request, names, state, now, shape } = plan
  if (!names.isMarked) await writeMark(store, request, state, now)
  const removedOrphans = await removeOrphans(names.orphans, store)
  const walk = await walkOf(plan, session, server, governor)
  const saver = new DaySaver(plan, context, async () => lock?.check())
  const begun = performance.now()
  const soFar = { rows: 0, bytes: 0, chunks: 0 }
  const outcome = (read: ChunksDone): DumpOutcome => ({
    read,
    walk: walk.totals,
    saved: saver.saved.sort((one, other) => one.day.localeCompare(other.day)),
    hidden: saver.hidden.sort(),
    removedOrphans,
    pausedMs: governor.pausedMs,
    restedMs: governor.restedMs,
  })
  try {
    const { rows: ofRows } = plan.reads === 'days' ? rowsOf(plan.newDays) : { rows: undefined }
    const read = await runChunks<WalkPiece>(
      {
        source: server.name,
        title: dumpTitle(request),
        ...(ofRows !== undefined && { ofRows }),
        read: () => walk.next(),
        settle: async piece => {
          await saver.add(piece)
          soFar.rows += piece.rows.length
          soFar.bytes += piece.bytes
          soFar.chunks += 1
        },
      },
      { emit, interrupt, governor: nowAndThen(governor, walk) },
    )
    await saver.end()
    return outcome(read)
  } catch (thrown) {
    const milliseconds = performance.now() - begun
    const relied = { table: shape.table, contracts: request.contracts }
    const failure = await explained(thrown, async () =>
      checkUnaltered(await server.session(), relied, 'dumping its days'),
    )
    return { ...outcome({ ...soFar, milliseconds, isInterrupted: false }), failure }
  } finally {
    await saver.close()
    await walk.close().catch(() => undefined)
  }
}

/** We hold the lock of the table, so nobody is between an object and its receipt now. Answers how many are gone. */
async function removeOrphans(orphans: readonly string[], store: Store): Promise<number> {
  let removed = 0
  for (const key of orphans) {
    try {
      await store.delete(key)
      removed += 1
    } catch (thrown) {
      // A login may have no right to delete, and a lock may forbid it: such a file is in nobody's way.
      if (!isStoreError(thrown, 'denied')) throw thrown
    }
  }
  return removed
}

const lookEveryMs = 250

/** Pieces are far shorter than the chunks of other jobs: the server is looked at four times a second. */
function nowAndThen(governor: Governor, walk: Pick<DaysSource, 'holdsSnapshot'>): Governor {
  let last = Number.NEGATIVE_INFINITY
  return {
    notWatched: governor.notWatched,
    notNamed: governor.notNamed,
    get pausedMs() {
      return governor.pausedMs
    },
    get restedMs() {
      return governor.restedMs
    },
    turn: (work, holds) => governor.turn(work, holds),
    get isShared() {
      return governor.isShared
    },
    async wait(waiting, signal) {
      if (performance.now() - last < lookEveryMs) return
      await governor.wait(waiting, signal, walk.holdsSnapshot)
      last = performance.now()
    },
    close: () => governor.close(),
  }
}
