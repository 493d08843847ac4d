/** Archives old rows: plan, confirm, finish what earlier runs began, then chunk by chunk save, prove and delete. */

import { performance } from 'node:perf_hooks'
import { ChunkReader } from '../../mysql/chunk-reader.ts'
import { besideOthers } from '../../mysql/chunk-size.ts'
import { type Governor, startGovernor } from '../../mysql/governor.ts'
import type { Session } from '../../mysql/session.ts'
import { tableText } from '../../mysql/table-name.ts'
import type { Store } from '../../store/store.ts'
import type { JobContext } from '../job-context.ts'
import { tellOwed } from '../load/tell-owed.ts'
import { restsBy } from '../rests.ts'
import { PackedRows } from '../rows/packed-rows.ts'
import { type ChunksDone, interruptedError, partlyDone, runChunks } from '../run.ts'
import { comeNear } from '../shard/come-near.ts'
import { type HeldPlace, holdPlace, isAtWork } from '../shard/hold-place.ts'
import type { ArchiveOutcome } from './archive-outcome.ts'
import { randomName, writeMark } from './archive-store.ts'
import { ChunkSaver } from './chunk-saver.ts'
import { conditionSql, judgeAsClient, whereSql } from './condition.ts'
import { RowDeleter } from './delete-rows.ts'
import { archiveGuard } from './delete-target.ts'
import { dropPartitions, noneDropped } from './drop-partitions.ts'
import { finishAll, removeOrphans } from './earlier-runs.ts'
import { EarlierStays } from './earlier-stays.ts'
import { archiveEnd, archiveSoFar } from './end-text.ts'
import { holdWith } from './hold-with.ts'
import { type ArchivePlan, type ArchiveRequest, planArchive } from './plan.ts'
import { archivePlanEvent, archiveTitle } from './plan-text.ts'
import { archiveLimits, limitsOf, readObject, walkedRows } from './read-object.ts'
import { newRun } from './records.ts'
import { ReferredRows } from './referred-rows.ts'
import { DeleteQueue, noDeletes, sumOf, trustAfterMs } from './settle-deletes.ts'
import { partName, writePartDone } from './split.ts'

export interface ArchiveContext extends JobContext {
  readonly store: Store
}

/** Answers whether it ran: false where the person said no, or only a plan was wanted. */
export async function runArchive(request: ArchiveRequest, context: ArchiveContext): Promise<boolean> {
  const { server, store, emit, confirm, plansOnly } = context
  const title = archiveTitle(request)
  const session = await server.session()
  await tellOwed(session, request.table, emit)
  const near = await comeNear(server, `archive ${tableText(request.table)}`, request.shard)
  const governor = await startGovernor(server, {
    watchesReplicas: request.deletes,
    sleepCoefficient: request.sleepCoefficient,
    restsBy,
    ...(near && { alike: () => near.beside() }),
  })
  // A look needs no lock; whoever goes on takes it and plans afresh, as another run may have ended since.
  const work = `archive ${tableText(request.table)}`
  const looked = await planArchive(session, store, request)
  const isOtherAtWork = looked.unfinished.length > 0 && (await isAtWork(server, work))
  const shown = archivePlanEvent(server.name, looked, governor, isOtherAtWork)
  emit({ event: 'job-plan', ...shown })
  if (plansOnly || shown.isEmpty) return shown.isEmpty === true && !plansOnly
  if (confirm && !(await confirm(shown))) return false
  const place = await holdWith(await holdPlace(server, work, request.shard, context), server, request)
  try {
    const plan = await planArchive(session, store, request, place)
    const stays = new EarlierStays()
    const outcome = await carryOut(plan, session, place, { ...context, governor, stays }).then(told =>
      withStays(told, stays, session, plan),
    )
    emit({ event: 'job-end', ...archiveEnd(server.name, plan, outcome) })
    const isChanged =
      sumOf(outcome.totals, outcome.finished).deleted +
        outcome.saved.chunks +
        outcome.finished.chunks +
        outcome.partitions.dropped.length >
      0
    if (outcome.failure !== undefined) throw partlyDone(outcome.failure, isChanged, archiveSoFar(outcome))
    if (outcome.saved.isInterrupted) {
      throw interruptedError(
        title,
        isChanged || outcome.removedOrphans > 0 || plan.isNew,
        isChanged
          ? 'What was saved is saved, what was deleted is proved. Run the same command again: it goes on.'
          : 'No row was saved, and none deleted. Run the same command again.',
      )
    }
    return true
  } finally {
    await place.release()
    await governor.close()
    await near?.release()
  }
}

/** Of what an earlier run saved, those rows stay that are there at the end. */
async function withStays(
  outcome: ArchiveOutcome,
  stays: EarlierStays,
  session: Session,
  { table }: ArchivePlan,
): Promise<ArchiveOutcome> {
  // A session that failed may answer nothing more.
  const isBroken = outcome.failure !== undefined
  const counts = isBroken ? stays.seen() : await stays.there(session, table).catch(() => stays.seen())
  return { ...outcome, finished: { ...outcome.finished, ...counts } }
}

async function carryOut(
  plan: ArchivePlan,
  session: Session,
  place: HeldPlace,
  context: ArchiveContext & { readonly governor: Governor; readonly stays: EarlierStays },
): Promise<ArchiveOutcome> {
  const { server, store, emit, interrupt, governor, stays } = context
  const stillLocked = place.check
  const { part, range } = plan
  const { request, table, key, order, columns, children, referrers, resolved, state } = plan
  const { condition } = resolved
  if (plan.isNew) await writeMark(store, request.table, state, resolved.now)
  const removedOrphans = await removeOrphans(store, plan)
  const finished = await finishAll(plan, session, { ...context, stillLocked })
  if (finished.failure !== undefined) {
    const saved = { rows: 0, bytes: 0, chunks: 0, milliseconds: 0, isInterrupted: false }
    const none = {
      saved,
      storedBytes: 0,
      totals: noDeletes,
      longestLockMs: 0,
      pausedMs: governor.pausedMs,
      restedMs: governor.restedMs,
    }
    return {
      ...none,
      finished,
      partitions: noneDropped,
      leftOut: new Map(),
      removedOrphans,
      failure: finished.failure,
    }
  }

  await place.letIn()
  const own = part === undefined ? randomName() : `${randomName()}-${partName(part)}`
  const run = newRun(resolved.now, own, plan.newest?.run)
  const filter = whereSql(condition)
  const readSession = await server.session()
  if (filter) await judgeAsClient(readSession, [table, ...children.map(each => each.looked)])
  const reader = new ChunkReader(
    readSession,
    {
      table,
      order,
      columns,
      ...walkedRows(plan),
    },
    besideOthers(limitsOf(plan), governor),
  )
  const childSession = children.length + referrers.length === 0 ? session : await server.session()
  const target = { table, key, columns, children, referrers, condition: conditionSql(condition) }
  const guard = archiveGuard(table, key, children, request)
  const deleter = new RowDeleter(session, target, guard, governor)
  const trustMs = store.url.startsWith('s3://') ? trustAfterMs : 0
  const queue = new DeleteQueue(store, deleter, trustMs, stillLocked, rows => stays.settled(key, rows))
  const referred = new ReferredRows(childSession, target, referrers, governor)
  const saver = new ChunkSaver(store, plan, server.name, run, childSession, referred)
  let chunkBytes = 64 * 1024
  const begun = performance.now()
  let partitions = noneDropped
  const outcome = (saved: ChunksDone): ArchiveOutcome => ({
    saved,
    storedBytes: saver.storedBytes,
    finished,
    totals: { ...queue.totals, deleted: deleter.deletedRows },
    partitions,
    leftOut: saver.leftOut,
    removedOrphans,
    longestLockMs: deleter.longestLockMs,
    pausedMs: governor.pausedMs,
    restedMs: governor.restedMs,
  })
  const work = runChunks(
    {
      source: server.name,
      title: archiveTitle(request),
      ofRows: plan.rows.count,
      read: async () => {
        if (range === 'nothing') return undefined
        const rows = new PackedRows(chunkBytes)
        const bytes = await readObject(rows, reader, limitsOf(plan), governor, interrupt)
        chunkBytes = Math.max(chunkBytes, Math.min(rows.bytes, archiveLimits.mostBytes))
        return bytes === undefined ? undefined : { rows, bytes }
      },
      settle: async ({ rows }) => {
        const waiting = await saver.save(rows, left => stays.settled(key, left))
        if (request.deletes && waiting) await queue.add(waiting)
      },
    },
    { emit, interrupt, governor },
  )
  try {
    const done = await work
    const saved = { ...done, rows: saver.rows, chunks: saver.chunks }
    if (request.deletes) await queue.end()
    else await guard.look(session)
    if (!saved.isInterrupted) {
      const { old, stay } = plan.partitions
      partitions = await dropPartitions(server, table, stay === undefined ? old : [], {
        stillLocked,
        interrupt,
      })
      if ('failure' in partitions) return { ...outcome(saved), failure: partitions.failure }
      if (partitions.isInterrupted) return outcome({ ...saved, isInterrupted: true })
    }
    if (part && !saved.isInterrupted) await writePartDone(store, part)
    return outcome(saved)
  } catch (thrown) {
    // The lock is given back after this: no delete may run on.
    await queue.quiet()
    const failure = await guard.reasonOf(session, thrown)
    const milliseconds = performance.now() - begun
    const { rows, chunks } = saver
    return { ...outcome({ rows, bytes: 0, chunks, milliseconds, isInterrupted: false }), failure }
  }
}
