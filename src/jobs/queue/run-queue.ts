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
import { sql } from '../../mysql/sql.ts'
import { tableSql, tableText } from '../../mysql/table-name.ts'
import { madeTables } from '../history/made-tables.ts'
import { tellOwed } from '../load/tell-owed.ts'
import { partlyDone } from '../run.ts'
import { countQueue, discrepancy, type QueueCounts, queuesInstead } from './counts.ts'
import {
  createLedger,
  type JobTable,
  makeTwin,
  type OwnTables,
  ownTables,
  queueGuard,
  readJobTable,
} from './job-table.ts'
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
  const there = await ownTables(session, jobs)
  const request = there.ledger ? await asCounted(session, jobs, wanted) : wanted
  const before = await countQueue(session, jobs, request.queue, there)
  const looksForTaken = there.parked && direction === 'drip'
  const taken = looksForTaken ? await takenBy(session, jobs, request.queue) : noneTaken
  const { parked, ledger } = jobs
  const makes = await madeTables(session, parked.database, [parked.table, ledger.table])
  const others = await queuesInstead(session, jobs, before, there)
  const shown = queuePlan(server.name, direction, request, jobs, before, taken, makes, governor, others)
  emit({ event: 'job-plan', ...shown })
  checkCounts(server.name, jobs, request.queue, before, there)
  if (plansOnly || shown.isEmpty) return shown.isEmpty === true && !plansOnly
  if (confirm && !(await confirm(shown))) return false
  const lock = await holdLock(server, `queue ${tableText(request.table)}`)
  const watch = await watchReserves(server, session, jobs, request.lockUnderMs)
  try {
    await makeTwin(session, jobs)
    const guard = await queueGuard(session, jobs)
    const mover = new Mover(direction, request, jobs, session, guard, watch, governor, context)
    const newTables = [...(there.parked ? [] : [parked]), ...(there.ledger ? [] : [ledger])].map(tableText)
    const isChanged = (): boolean => mover.moved > 0 || newTables.length > 0
    const partly = (thrown: unknown): Error =>
      partlyDone(thrown, isChanged(), movedSoFar(direction, mover.moved, newTables))
    const failure = await mover.run().then(
      () => undefined,
      (thrown: unknown) => ({ thrown }),
    )
    const made = { parked: true, ledger: true }
    const last = async () => ({
      counts: await countQueue(session, jobs, request.queue, made),
      left: mover.isInterrupted || failure ? undefined : await mover.whatStays(),
    })
    // Where the connection is gone, what it failed with is told, and not that it is gone.
    const { counts, left } = await last().catch((thrown: unknown) => {
      throw partly(failure ? failure.thrown : thrown)
    })
    const outcome = mover.outcome(counts, left)
    const status = failure || left ? 'failed' : mover.isInterrupted ? 'interrupted' : 'ok'
    emit({ event: 'job-end', ...queueEnd(server.name, direction, request, outcome, status) })
    if (failure) throw partly(failure.thrown)
    checkCounts(server.name, jobs, request.queue, counts, made)
    if (mover.isInterrupted)
      throw new OpsError({
        code: 'interrupted',
        title: `${direction} of ${request.queue} was stopped`,
        changed: isChanged() ? 'yes' : 'no',
        next: 'Every job is on one side. Run the same command again: it goes on.',
      })
    if (left)
      throw new OpsError({
        code: 'not-converged',
        title: left.title,
        changed: isChanged() ? 'yes' : 'no',
        next: left.next,
      })
    return true
  } finally {
    await watch.close()
    await lock.release()
    await governor.close()
  }
}

function movedSoFar(direction: Direction, moved: number, newTables: readonly string[]): string {
  const way = direction === 'park' ? 'parked' : 'brought back'
  if (moved === 0)
    return `No job was ${way}. ${newTables.join(' and ')}, made before that, stay for the next run.`
  return `Before that, ${counted(moved, 'job was', 'jobs were')} ${way}. Every job is whole and on one side.`
}

async function asCounted(session: Session, jobs: JobTable, wanted: QueueRequest): Promise<QueueRequest> {
  return { ...wanted, queue: await nameInLedger(session, jobs, wanted.queue) }
}

function checkCounts(
  source: string,
  jobs: JobTable,
  queue: string,
  counts: QueueCounts,
  there: OwnTables,
): void {
  const problem = discrepancy(counts)
  if (problem === undefined) return
  const [parked, ledger] = [tableText(jobs.parked), tableText(jobs.ledger)]
  const refuse = (title: string, next: string): never => {
    throw new OpsError({ code: 'not-converged', title: `${source}: ${title}`, changed: 'no', next })
  }
  if (!there.parked)
    refuse(
      `${parked} is gone: ${problem}`,
      `Bring it back from a backup. If its jobs are not wanted any more: delete the row of the queue from ${ledger}.`,
    )
  if (counts.since)
    refuse(
      `${parked} does not add up: ${problem}`,
      `Somebody else wrote into it, or gave old numbers to new jobs. Correct ${ledger}, or delete its row of the queue once nothing is parked.`,
    )
  const begins = sql`INSERT INTO ${tableSql(jobs.ledger)} VALUES (${queue}, 0, 0, ${counts.parked}, 0)`
  refuse(
    there.ledger ? `${parked} does not add up: ${problem}` : `${ledger} is gone: ${problem}`,
    `The jobs are whole in ${parked}, and none is moved without a count. Begin one: ${there.ledger ? '' : `${createLedger(jobs.ledger)}; `}${begins};`,
  )
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
    const there = await ownTables(session, jobs)
    const request = there.ledger ? await asCounted(session, jobs, wanted) : wanted
    const counts = await countQueue(session, jobs, request.queue, there)
    const others = await queuesInstead(session, jobs, counts, there)
    emit({ event: 'job-plan', ...queueStatusEvent(server.name, request, jobs, counts, others) })
    if (!request.watches) return checkCounts(server.name, jobs, request.queue, counts, there)
    for (let waited = 0; waited < 2_000; waited += 100) {
      if (interrupt.level !== 'none') return
      await pause(100)
    }
  }
}
