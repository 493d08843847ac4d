/**
 * Lets a job onto a server that others use in short turns, one at a time, with a rest behind each. Where nobody else is at
 * work its parts run at once and side by side.
 */
import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { Courtesy } from './courtesy.ts'
import type { Session } from './session.ts'
import { wakeDelay } from './wake-delay.ts'

const longestRestMs = 2_000
/** How often the server is asked how busy it is, in turns and in rests. */
const lookEveryMs = 250
/** A look needs a rest that long. */
const leastRestMs = 15

export interface TurnSource {
  /** Asked how busy the server is while another session works. */
  readonly session: Session
  /** Statements that this job has sent. */
  readonly statements: () => number
  /** Others are at work now. */
  readonly isBusy: () => boolean
  /** Statements that they send in a second. */
  readonly othersPerSecond: () => number
  /** Set by the user: rests of that many times a turn, whoever else is at work; 0: none. */
  readonly coefficient: number | undefined
}

export class Turns {
  readonly #source: TurnSource
  readonly #courtesy = new Courtesy()
  #line: Promise<unknown> = Promise.resolve()
  #last = { endMs: 0, serverMs: 0, restMs: 0 }
  #lookedAtWorkMs = Number.NEGATIVE_INFINITY
  #lookedAtRestMs = Number.NEGATIVE_INFINITY
  /** The shortest that was seen. */
  #tripMs = Number.POSITIVE_INFINITY
  /** How long it has rested in all. */
  restedMs = 0

  constructor(source: TurnSource) {
    this.#source = source
  }

  /** Work comes in short turns now. */
  get areTaken(): boolean {
    return this.#coefficient > 0
  }

  get #coefficient(): number {
    const { coefficient, isBusy, othersPerSecond } = this.#source
    return coefficient ?? (isBusy() ? this.#courtesy.coefficientBeside(othersPerSecond()) : 0)
  }

  /** Runs one turn, after the rest that is due, or one of `mostTimes` what the last turn took. Work must not take another one within it. */
  take<T>(work: () => Promise<T>, mostTimes = Number.POSITIVE_INFINITY): Promise<T> {
    if (!this.areTaken) return work()
    const turn = this.#line.then(async () => {
      await this.#rest(mostTimes)
      return this.#work(work)
    })
    this.#line = turn.catch(() => undefined)
    return turn
  }

  async #work<T>(work: () => Promise<T>): Promise<T> {
    const { session, statements } = this.#source
    const sent = statements()
    const begun = performance.now()
    const looks = begun - this.#lookedAtWorkMs > lookEveryMs
    const looking = looks ? wakeDelay(session).catch(() => undefined) : undefined
    try {
      return await work()
    } finally {
      const tookMs = performance.now() - begun
      const seen = await looking
      if (looks) this.#lookedAtWorkMs = begun
      if (seen) {
        this.#tripMs = Math.min(this.#tripMs, seen.tripMs)
        this.#courtesy.worked(seen.lateMs)
      }
      // What went by on the way is no burden to the server.
      const tripsMs = Number.isFinite(this.#tripMs) ? (statements() - sent) * this.#tripMs : 0
      const serverMs = Math.max(tookMs / 10, tookMs - tripsMs)
      this.#last = { endMs: performance.now(), serverMs, restMs: serverMs * this.#coefficient }
    }
  }

  async #rest(mostTimes: number): Promise<void> {
    if (mostTimes === 0) return
    const { session } = this.#source
    const begun = performance.now()
    const looks = begun - this.#lookedAtRestMs > lookEveryMs
    const { endMs, serverMs, restMs } = this.#last
    const restUntilMs = endMs + Math.min(longestRestMs, restMs, serverMs * mostTimes)
    const untilMs = looks ? Math.max(restUntilMs, begun + leastRestMs) : restUntilMs
    if (looks) {
      this.#lookedAtRestMs = begun
      const seen = await wakeDelay(session).catch(() => undefined)
      if (seen) this.#courtesy.rested(seen.lateMs)
    }
    const leftMs = untilMs - performance.now()
    if (leftMs > 0) await pause(leftMs)
    this.restedMs += performance.now() - begun
  }
}
