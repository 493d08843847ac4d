/**
 * Parks the flood of a queue and drips it back, in moves so short that no worker waits for long. Each move is one
 * transaction with its count beside it, so that a kill at any time leaves every job on just one side and the counts true.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { counted } from '../../base/counted.ts'
import { OpsError } from '../../base/errors.ts'
import { replicasAlone, startGovernor } from '../../mysql/governor.ts'
import { holdLock } from '../../mysql/named-lock.ts'
import type { Session } from '../../mysql/session.ts'
import { tableText } from '../../mysql/table-name.ts'
import { madeTables } from '../history/made-tables.ts'
import { tellOwed } from '../load/tell-owed.ts'
import { partlyDone } from '../run.ts'
import { countQueue, discrepancy, type QueueCounts, queuesInstead } from './counts.ts'
import { hasTwin, type JobTable, makeTwin, queueGuard, readJobTable } from './job-table.ts'
import { nameInLedger } from './ledger.ts'
import type { Direction } from './move-batch.ts'
import { Mover } from './mover.ts'
import type { QueueContext, QueueRequest } from './queue-request.ts'
import { queueEnd, queuePlan } from './queue-text.ts'
import { watchReserves } from './reserve-watch.ts'
import { noneTaken, takenBy } from './taken-numbers.ts'

/** Answers whether it ran. @throws OpsError where the counts do not add up, or somebody holds the queue. */
export async function runQueue(
  direction: Direction,
  wanted: QueueRequest,
  context: QueueContext,
): Promise<boolean> {
  const { server, emit, confirm, plansOnly } = context
  const session = await server.session()
  await tellOwed(session, wanted.table, emit)
  const governor = await startGovernor(server, replicasAlone)
  const jobs = await readJobTable(session, wanted.table)
  const isThere = await hasTwin(session, jobs)
  const request = isThere ? await asCounted(session, jobs, wanted) : wanted
  const before = await countQueue(session, jobs, request.queue, isThere)
  const looksForTaken = isThere && direction === 'drip'
  const taken = looksForTaken ? await takenBy(session, jobs, request.queue) : noneTaken
  const { parked, ledger } = jobs
  const makes = await madeTables(session, parked.database, [parked.table, ledger.table])
  const others = await queuesInstead(session, jobs, before, isThere)
  const shown = queuePlan(server.name, direction, request, jobs, before, taken, makes, governor, others)
  emit({ event: 'job-plan', ...shown })
  checkCounts(server.name, jobs, before)
  if (plansOnly || shown.isEmpty) return shown.isEmpty === true && !plansOnly
  if (confirm && !(await confirm(shown))) return false
  const lock = await holdLock(server, `queue ${tableText(request.table)}`)
  const watch = await watchReserves(server, session, jobs, request.lockUnderMs)
  try {
    await makeTwin(session, jobs)
    const guard = await queueGuard(session, jobs)
    const mover = new Mover(direction, request, jobs, session, guard, watch, governor, context)
    const failure = await mover.run().then(
      () => undefined,
      (thrown: unknown) => ({ thrown }),
    )
    const counts = await countQueue(session, jobs, request.queue, true)
    const left = mover.isInterrupted || failure ? undefined : await mover.whatStays()
    const outcome = mover.outcome(counts, left)
    const status = failure || left ? 'failed' : mover.isInterrupted ? 'interrupted' : 'ok'
    emit({ event: 'job-end', ...queueEnd(server.name, direction, request, outcome, status) })
    if (failure) throw partlyDone(failure.thrown, mover.moved > 0, movedSoFar(direction, mover.moved))
    checkCounts(server.name, jobs, counts)
    if (mover.isInterrupted && !request.watches)
      throw new OpsError({
        code: 'interrupted',
        title: `${direction} of ${request.queue} was stopped`,
        changed: mover.moved > 0 ? 'yes' : 'no',
        next: 'Every job is on one side. Run the same command again: it goes on.',
      })
    if (left)
      throw new OpsError({
        code: 'not-converged',
        title: left.title,
        changed: mover.moved > 0 ? 'yes' : 'no',
        next: left.next,
      })
    return true
  } finally {
    await watch.close()
    await lock.release()
    await governor.close()
  }
}

function movedSoFar(direction: Direction, moved: number): string {
  const way = direction === 'park' ? 'parked' : 'brought back'
  return `Before that, ${counted(moved, 'job was', 'jobs were')} ${way}. Every job is whole and on one side.`
}

async function asCounted(session: Session, jobs: JobTable, wanted: QueueRequest): Promise<QueueRequest> {
  return { ...wanted, queue: await nameInLedger(session, jobs, wanted.queue) }
}

export function checkCounts(source: string, jobs: JobTable, counts: QueueCounts): void {
  const problem = discrepancy(counts)
  if (problem === undefined) return
  throw new OpsError({
    code: 'not-converged',
    title: `${source}: ${tableText(jobs.parked)} does not add up: ${problem}`,
    changed: 'no',
    next: `Somebody else wrote into it, or gave old numbers to new jobs. Correct ${tableText(jobs.ledger)}, or delete its row of the queue once nothing is parked.`,
  })
}

/** `status`: looks, and tells again and again where that is asked for. */
export async function queueStatus(
  wanted: QueueRequest,
  { server, emit, interrupt }: QueueContext,
): Promise<void> {
  const session = await server.session()
  const jobs = await readJobTable(session, wanted.table)
  const { queueStatusEvent } = await import('./queue-text.ts')
  for (;;) {
    const isThere = await hasTwin(session, jobs)
    const request = isThere ? await asCounted(session, jobs, wanted) : wanted
    const counts = await countQueue(session, jobs, request.queue, isThere)
    const others = await queuesInstead(session, jobs, counts, isThere)
    emit({ event: 'job-plan', ...queueStatusEvent(server.name, request, jobs, counts, others) })
    if (!request.watches) return checkCounts(server.name, jobs, counts)
    for (let waited = 0; waited < 2_000; waited += 100) {
      if (interrupt.level !== 'none') return
      await pause(100)
    }
  }
}
