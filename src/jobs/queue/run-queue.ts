/**
 * Parks the flood of a queue and drips it back, in moves so short that no worker waits for long. Each move is one
 * transaction with its count beside it, so that a kill at any time leaves every job on just one side and the counts true.
 */
import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { OpsError } from '../../base/errors.ts'
import { holdLock } from '../../mysql/named-lock.ts'
import type { Server } from '../../mysql/server.ts'
import type { Session } from '../../mysql/session.ts'
import { name, sql } from '../../mysql/sql.ts'
import { type TableName, tableSql, tableText } from '../../mysql/table-name.ts'
import type { Emit } from '../../run/events.ts'
import type { Interrupt } from '../../run/interrupt.ts'
import type { JobPlan } from '../../run/job-events.ts'
import { tellOwed } from '../load/tell-owed.ts'
import { countQueue, discrepancy, type QueueCounts } from './counts.ts'
import { hasTwin, type JobTable, makeTwin, ofQueue, readJobTable } from './job-table.ts'
import { beginLedger } from './ledger.ts'
import { type Direction, moveBatch } from './move-batch.ts'
import { Pace } from './pace.ts'
import { queueEnd, queuePlan } from './queue-text.ts'
import { type ReserveWatch, watchReserves } from './reserve-watch.ts'

export interface QueueRequest {
  readonly table: TableName
  readonly queue: string
  /** The most that one move takes. */
  readonly batch: number
  /** Jobs come back while fewer than this wait. */
  readonly whenBelow: number
  /** How long a worker's UPDATE may take. */
  readonly lockUnderMs: number
  /** Goes on until it is stopped, or until nothing is parked any more. */
  readonly watches: boolean
}

export interface QueueContext {
  readonly server: Server
  readonly emit: Emit
  readonly interrupt: Interrupt
  readonly confirm?: (plan: JobPlan) => Promise<boolean>
  readonly plansOnly: boolean
}

/** What a run came to. */
export interface QueueOutcome {
  readonly moved: number
  readonly moves: number
  readonly milliseconds: number
  readonly longestMoveMs: number
  readonly longestReserveMs: number
  readonly brokenOff: number
  readonly notWatched: string | undefined
  readonly counts: QueueCounts
}

/** Between two looks at a queue that is full enough. */
const lookEveryMs = 500
const tellEveryMs = 500

/** Answers whether it ran. @throws OpsError where the counts do not add up, or somebody holds the queue. */
export async function runQueue(
  direction: Direction,
  request: QueueRequest,
  context: QueueContext,
): Promise<boolean> {
  const { server, emit, confirm, plansOnly } = context
  const session = await server.session()
  await tellOwed(session, request.table, emit)
  const jobs = await readJobTable(session, request.table)
  const isThere = await hasTwin(session, jobs)
  const before = await countQueue(session, jobs, request.queue, isThere)
  const shown = queuePlan(server.name, direction, request, jobs, before)
  emit({ event: 'job-plan', ...shown })
  checkCounts(server.name, jobs, before)
  if (plansOnly || shown.isEmpty) return shown.isEmpty === true && !plansOnly
  if (confirm && !(await confirm(shown))) return false
  const lock = await holdLock(server, `queue ${tableText(request.table)}`)
  const watch = await watchReserves(server, session, jobs, request.lockUnderMs)
  try {
    await makeTwin(session, jobs)
    const mover = new Mover(direction, request, jobs, session, watch, context)
    const failure = await mover.run().then(
      () => undefined,
      (thrown: unknown) => ({ thrown }),
    )
    const counts = await countQueue(session, jobs, request.queue, true)
    const outcome = mover.outcome(counts)
    const status = failure ? 'failed' : mover.isInterrupted ? 'interrupted' : 'ok'
    emit({ event: 'job-end', ...queueEnd(server.name, direction, request, outcome, status) })
    if (failure) throw failure.thrown
    checkCounts(server.name, jobs, counts)
    if (mover.isInterrupted && !request.watches)
      throw new OpsError({
        code: 'interrupted',
        title: `${direction} of ${request.queue} was stopped`,
        changed: mover.moved > 0 ? 'yes' : 'no',
        next: 'Every job is on one side. Run the same command again: it goes on.',
      })
    return true
  } finally {
    await watch.close()
    await lock.release()
  }
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

class Mover {
  moved = 0
  isInterrupted = false
  #moves = 0
  #longestMoveMs = 0
  #told = Number.NEGATIVE_INFINITY
  readonly #begun = performance.now()
  readonly #direction: Direction
  readonly #request: QueueRequest
  readonly #jobs: JobTable
  readonly #session: Session
  readonly #watch: ReserveWatch
  readonly #context: QueueContext
  readonly #pace: Pace

  constructor(
    direction: Direction,
    request: QueueRequest,
    jobs: JobTable,
    session: Session,
    watch: ReserveWatch,
    context: QueueContext,
  ) {
    this.#direction = direction
    this.#request = request
    this.#jobs = jobs
    this.#session = session
    this.#watch = watch
    this.#context = context
    this.#pace = new Pace(request.batch, request.lockUnderMs)
  }

  outcome(counts: QueueCounts): QueueOutcome {
    return {
      moved: this.moved,
      moves: this.#moves,
      milliseconds: performance.now() - this.#begun,
      longestMoveMs: this.#longestMoveMs,
      longestReserveMs: this.#watch.longestMs,
      brokenOff: this.#watch.brokenOff,
      notWatched: this.#watch.problem,
      counts,
    }
  }

  async run(): Promise<void> {
    for (;;) {
      const before = this.moved
      await (this.#direction === 'park' ? this.#park() : this.#drip())
      if (!this.#request.watches || this.#isStopped()) return
      if (this.#direction === 'drip' && (await this.#parkedLeft()) === 0) return
      if (this.moved === before) await pause(lookEveryMs)
    }
  }

  /** Down from the newest job there is now: those that come meanwhile are of the next round. */
  async #park(): Promise<void> {
    const newest = await this.#newest()
    if (newest === undefined) return
    await beginLedger(this.#session, this.#jobs, this.#request.queue)
    for (let upTo: bigint | undefined = newest; upTo !== undefined && !this.#isStopped(); ) {
      const last = await this.#move(this.#pace.batch, upTo)
      upTo = last === undefined ? undefined : last - 1n
    }
  }

  /** One batch, when fewer wait than was asked for. */
  async #drip(): Promise<void> {
    if ((await this.#waiting()) >= this.#request.whenBelow) return this.#tell('the queue has enough')
    for (let left = this.#request.batch; left > 0 && !this.#isStopped(); ) {
      const before = this.moved
      const last = await this.#move(Math.min(left, this.#pace.batch), 0n)
      if (last === undefined) return
      left -= this.moved - before
    }
  }

  /** Undefined: there was nothing left. */
  async #move(most: number, upTo: bigint): Promise<bigint | undefined> {
    let batch = most
    for (;;) {
      const begun = performance.now()
      const { result, waitedMs } = await this.#watch.during(() =>
        moveBatch(this.#session, this.#jobs, this.#request.queue, this.#direction, batch, upTo),
      )
      const took = performance.now() - begun
      this.#longestMoveMs = Math.max(this.#longestMoveMs, took)
      this.#pace.learn(took, waitedMs)
      if (result !== 'again') {
        if (result.moved > 0) this.#moves += 1
        this.moved += result.moved
        this.#tell()
        await pause(this.#pace.restMs(took))
        return result.last
      }
      if (this.#isStopped()) return undefined
      this.#tell('workers were in the way')
      batch = Math.min(most, this.#pace.batch)
      await pause(this.#pace.restMs(took) + 50)
    }
  }

  async #waiting(): Promise<number> {
    const { live, waits } = this.#jobs
    const text = await this.#session.value(
      sql`SELECT COUNT(*) FROM (SELECT 1 FROM ${tableSql(live)} WHERE ${ofQueue(this.#request.queue)} AND ${waits}
        LIMIT ${this.#request.whenBelow}) some`,
      'looking at the queue',
    )
    return Number(text ?? 0)
  }

  async #newest(): Promise<bigint | undefined> {
    const { live, waits, id } = this.#jobs
    const text = await this.#session.value(
      sql`SELECT MAX(${name(id)}) FROM ${tableSql(live)} WHERE ${ofQueue(this.#request.queue)} AND ${waits}`,
      'looking at the queue',
    )
    return text == null ? undefined : BigInt(text)
  }

  async #parkedLeft(): Promise<number> {
    const text = await this.#session.value(
      sql`SELECT COUNT(*) FROM (SELECT 1 FROM ${tableSql(this.#jobs.parked)} WHERE ${ofQueue(this.#request.queue)} LIMIT 1) some`,
      'looking at what is parked',
    )
    return Number(text ?? 0)
  }

  #isStopped(): boolean {
    this.isInterrupted ||= this.#context.interrupt.level !== 'none'
    return this.isInterrupted
  }

  #tell(held?: string): void {
    const now = performance.now()
    if (now - this.#told < tellEveryMs) return
    this.#told = now
    const seconds = Math.max(0.001, (now - this.#begun) / 1000)
    this.#context.emit({
      event: 'progress',
      source: this.#context.server.name,
      title: `${this.#direction} ${this.#request.queue}`,
      rows: this.moved,
      bytes: 0,
      chunks: this.#moves,
      rowsPerSecond: Math.round(this.moved / seconds),
      ...(held !== undefined && { held }),
    })
  }
}

/** `status`: looks, and tells again and again where that is asked for. */
export async function queueStatus(
  request: QueueRequest,
  { server, emit, interrupt }: QueueContext,
): Promise<void> {
  const session = await server.session()
  const jobs = await readJobTable(session, request.table)
  const { queueStatusEvent } = await import('./queue-text.ts')
  for (;;) {
    const counts = await countQueue(session, jobs, request.queue, await hasTwin(session, jobs))
    emit({ event: 'job-plan', ...queueStatusEvent(server.name, request, jobs, counts) })
    if (!request.watches) return checkCounts(server.name, jobs, counts)
    for (let waited = 0; waited < 2_000; waited += 100) {
      if (interrupt.level !== 'none') return
      await pause(100)
    }
  }
}
