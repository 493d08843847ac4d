/** One run of moves: which jobs, how many at once, when to rest, and what stays in the end. */

import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { grouped } from '../../base/counted.ts'
import type { Governor } from '../../mysql/governor.ts'
import type { Session } from '../../mysql/session.ts'
import type { ShapeGuard } from '../../mysql/shape-guard.ts'
import type { QueueCounts } from './counts.ts'
import type { JobTable } from './job-table.ts'
import { beginLedger } from './ledger.ts'
import { type Direction, type Moved, moveJobs, nextJobs } from './move-batch.ts'
import { Pace } from './pace.ts'
import type { Left, QueueContext, QueueOutcome, QueueRequest } from './queue-request.ts'
import type { ReserveWatch } from './reserve-watch.ts'
import { moveRenumbered } from './taken-numbers.ts'
import { isAnyParked, newestWaiting, waitingBelow, waitingUpTo } from './waiting.ts'
import { whatStays } from './what-stays.ts'

/** Between two looks at a queue that is full enough. */
const lookEveryMs = 500
const tellEveryMs = 500
const tellEnoughMs = 2_000
/** Jobs that other transactions hold are tried again so often in a row, before they are told. */
const mostIdleRounds = 8
const mostRenumbered = 500
/** So many are found by one look, which goes through all that is parked, and moved in pieces. */
const mostFound = 25_000
/** Nobody but ops moves parked jobs, yet somebody may give them another priority. */
const mostAgeMs = 10_000

export class Mover {
  moved = 0
  isInterrupted = false
  #newestAtFirst: bigint | undefined
  #moves = 0
  #longestMoveMs = 0
  /** Parked jobs that come back next. */
  #found: readonly string[] = []
  #foundAt = 0
  /** How many jobs waited when they were last counted. */
  #counted = { waiting: 0, moved: 0, at: Number.NEGATIVE_INFINITY }
  /** Some met another that is like them: asked for once that is known, as it takes time. */
  #skipsTaken = false
  #told = Number.NEGATIVE_INFINITY
  readonly #begun = performance.now()
  readonly #direction: Direction
  readonly #request: QueueRequest
  readonly #jobs: JobTable
  readonly #session: Session
  readonly #guard: ShapeGuard
  readonly #watch: ReserveWatch
  readonly #governor: Governor
  readonly #context: QueueContext
  readonly #stop = new AbortController()
  readonly #pace: Pace

  constructor(
    direction: Direction,
    request: QueueRequest,
    jobs: JobTable,
    session: Session,
    guard: ShapeGuard,
    watch: ReserveWatch,
    governor: Governor,
    context: QueueContext,
  ) {
    this.#direction = direction
    this.#request = request
    this.#jobs = jobs
    this.#session = session
    this.#guard = guard
    this.#watch = watch
    this.#governor = governor
    this.#context = context
    this.#pace = new Pace(request.batch, request.lockUnderMs)
  }

  outcome(counts: QueueCounts, left: Left | undefined): QueueOutcome {
    return {
      left,
      moved: this.moved,
      moves: this.#moves,
      milliseconds: performance.now() - this.#begun,
      longestMoveMs: this.#longestMoveMs,
      longestReserveMs: this.#watch.longestMs,
      brokenOff: this.#watch.brokenOff,
      pausedMs: this.#governor.pausedMs,
      notWatched: this.#watch.problem,
      counts,
    }
  }

  async run(): Promise<void> {
    const unlisten = this.#context.interrupt.listen(() => this.#stop.abort())
    try {
      await this.#rounds()
    } finally {
      unlisten()
    }
  }

  async #rounds(): Promise<void> {
    for (;;) {
      const before = this.moved
      await (this.#direction === 'park' ? this.#park() : this.#drip())
      if (!this.#request.watches || this.#isStopped()) return
      if (this.moved > before) continue
      if (this.#direction === 'drip' && !(await isAnyParked(this.#session, this.#jobs, this.#request))) return
      await pause(lookEveryMs)
    }
  }

  /** Down from the newest job there is now: those that come meanwhile are of the next round. */
  async #park(): Promise<void> {
    const newest = await newestWaiting(this.#session, this.#jobs, this.#request.queue)
    if (newest === undefined) return
    this.#newestAtFirst = newest
    await beginLedger(this.#session, this.#jobs, this.#request.queue)
    for (let idle = 0; idle < mostIdleRounds && !this.#isStopped(); ) {
      const before = this.moved
      for (let upTo: bigint | undefined = newest; upTo !== undefined && !this.#isStopped(); )
        upTo = await this.#parkBelow(upTo)
      if (
        this.#request.watches ||
        (await waitingUpTo(this.#session, this.#jobs, this.#request.queue, newest)) === 0
      )
        return
      if (this.moved > before) {
        idle = 0
        continue
      }
      idle += 1
      this.#tell('other transactions hold the rest')
      await pause(lookEveryMs)
    }
  }

  /** Where the next move begins, if there is one. */
  async #parkBelow(upTo: bigint): Promise<bigint | undefined> {
    const found = await this.#next(this.#pace.batch, upTo)
    if (found.length === 0) return undefined
    const last = await this.#inMoves(found.length, batch => this.#try(found.slice(0, batch)))
    return last === undefined ? undefined : last - 1n
  }

  /** Asked for when it is over and was not stopped. */
  whatStays(): Promise<Left | undefined> {
    return whatStays(this.#session, this.#jobs, this.#direction, this.#request, this.#newestAtFirst)
  }

  /** One batch, when fewer wait than was asked for. */
  async #drip(): Promise<void> {
    if (await this.#isEnough()) {
      if (await isAnyParked(this.#session, this.#jobs, this.#request))
        this.#tell(this.#enough(), false, tellEnoughMs)
      return
    }
    for (let left = this.#request.batch; left > 0 && !this.#isStopped(); ) {
      const before = this.moved
      if (this.#found.length === 0 || performance.now() - this.#foundAt > mostAgeMs) {
        this.#foundAt = performance.now()
        this.#found = await this.#next(this.#request.watches ? mostFound : Math.min(left, mostFound))
      }
      if (this.#found.length > 0) await this.#moveFirst(left)
      else if (!(this.#request.renumbers && (await this.#renumber(Math.min(left, mostRenumbered))))) return
      left -= this.moved - before
    }
  }

  async #isEnough(): Promise<boolean> {
    const { whenBelow } = this.#request
    const now = performance.now()
    const since = this.#counted.waiting + this.moved - this.#counted.moved
    if (now - this.#counted.at < lookEveryMs && since < whenBelow / 2) return false
    const waiting = await waitingBelow(this.#session, this.#jobs, this.#request)
    this.#counted = { waiting, moved: this.moved, at: now }
    return waiting >= whenBelow
  }

  /** Leaves those that were not tried yet, or none if they must be looked for anew. */
  async #moveFirst(most: number): Promise<void> {
    const found = this.#found
    let tried = 0
    const last = await this.#inMoves(Math.min(most, found.length), batch => {
      tried = batch
      return this.#try(found.slice(0, batch))
    })
    this.#found = last === undefined ? [] : found.slice(tried)
  }

  /** Whether there were any. */
  async #renumber(most: number): Promise<boolean> {
    const move = (batch: number): Promise<Moved> =>
      moveRenumbered(this.#session, this.#jobs, this.#request.queue, batch, this.#guard)
    return (await this.#inMoves(most, move)) !== undefined
  }

  #next(most: number, upTo?: bigint): Promise<readonly string[]> {
    const how = { upTo, skipsTaken: this.#skipsTaken }
    return nextJobs(this.#session, this.#jobs, this.#request.queue, this.#direction, most, how)
  }

  #try(ids: readonly string[]): Promise<Moved> {
    return moveJobs(this.#session, this.#jobs, this.#request.queue, this.#direction, ids, this.#guard)
  }

  /** The last that was tried; undefined: there was none left, or they were not the right ones any more. */
  async #inMoves(most: number, move: (batch: number) => Promise<Moved>): Promise<bigint | undefined> {
    for (;;) {
      // Replicas that fell behind are waited for between two moves, when nothing is held.
      await this.#governor.wait(reason => this.#tell(reason, true), this.#stop.signal)
      if (this.#isStopped()) return undefined
      const batch = Math.min(most, this.#pace.batch)
      const begun = performance.now()
      const { result, waitedMs } = await this.#watch.during(() => move(batch))
      const took = performance.now() - begun
      this.#longestMoveMs = Math.max(this.#longestMoveMs, took)
      this.#pace.learn(took, waitedMs)
      const restMs = this.#pace.restMs(took, this.#watch.problem === undefined ? waitedMs : undefined)
      this.#skipsTaken ||= result === 'taken'
      if (result === 'taken') return undefined
      if (result !== 'again') {
        if (result.moved > 0) this.#moves += 1
        this.moved += result.moved
        this.#tell()
        if (restMs > 0) await pause(restMs)
        return result.last
      }
      if (this.#isStopped()) return undefined
      this.#tell('workers were in the way')
      await pause(restMs + 50)
    }
  }

  #isStopped(): boolean {
    this.isInterrupted ||= this.#context.interrupt.level !== 'none'
    return this.isInterrupted
  }

  #enough(): string {
    const { whenBelow } = this.#request
    return `the queue has enough: ${grouped(whenBelow)} or more wait (--when-below ${whenBelow})`
  }

  #tell(held?: string, atOnce = false, everyMs = tellEveryMs): void {
    const now = performance.now()
    if (!atOnce && now - this.#told < everyMs) return
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
