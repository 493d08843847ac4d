/** Sees to it that a login confirms what could have cut our access, and tells what a host took back. */
import type { ErrorData, OpsError } from '../../base/errors.ts'
import type { Verdict } from '../access/confirm.ts'
import type { Renewal } from '../access/renew.ts'
import { verdictError } from '../access/verdict-error.ts'
import { isDangerous, stepsOfBatch } from '../batch/batch.ts'
import type { BatchReport } from '../batch/report.ts'
import { aftermathOf } from './aftermath.ts'
import type { ApplyResult } from './context.ts'
import { Countdown } from './countdown.ts'
import type { Progress } from './progress.ts'

/** Of one run on one host. */
export class AccessKeeper {
  readonly #progress: Progress
  readonly #countdown: Countdown
  /** The batch that is under way may begin to count down. */
  #endangers = false
  /** The host begins no other step that endangers us before a login has confirmed. */
  #isAwaited = false

  constructor(progress: Progress) {
    this.#progress = progress
    this.#countdown = new Countdown(progress.context)
  }

  /** What an earlier batch did waits for a login that confirms it. */
  get isArmed(): boolean {
    return this.#countdown.isRunning
  }

  /** A batch is about to be sent. */
  overBatch(): Renewal | undefined {
    const { planned, from, session } = this.#progress
    this.#endangers = stepsOfBatch(planned, from).some(each => isDangerous(each, planned))
    return this.#countdown.overBatch(session)
  }

  /** The batch is over, and told how. */
  note(report: BatchReport): void {
    if (report.isArmed) this.#countdown.begin('surely')
    this.#isAwaited = report.end.kind === 'paused'
    if (!report.lost || report.isArmed) this.#endangers = false
  }

  /** The connection went; whether the host counts down was not told. */
  lost(): void {
    if (this.#endangers) this.#countdown.begin('perhaps')
  }

  /**
   * Where the host counts down, a login that confirms comes whenever the host waits for it, and before any step that is
   * not part of the same danger: a file of sshd and the reload that loads it cost one. A result when the host took it back.
   */
  async confirmed(): Promise<ApplyResult | undefined> {
    const { planned, from, session } = this.#progress
    const next = stepsOfBatch(planned, from).find(each => each.change)
    const goesOn = !this.#isAwaited && next !== undefined && isDangerous(next, planned)
    if (!this.#countdown.isRunning || goesOn) return undefined
    const isSettled = !planned.slice(from).some(each => isDangerous(each, planned))
    const cut = await this.#confirm(next === undefined, isSettled)
    if (cut) return cut
    this.#progress.session = await this.#countdown.sessionAfter(session)
    return undefined
  }

  /** The end of a run is no excuse: whatever it is, a host that counts down is asked first. */
  async secured(result: ApplyResult): Promise<ApplyResult> {
    if (!this.#countdown.isRunning) return result
    const cut = await this.#confirm(true)
    if (!cut) return result
    // The loss of the connection was part of it.
    const others = result.errors.filter(each => each.code !== 'lost' && each.code !== cut.errors[0]?.code)
    return { ...cut, errors: [...cut.errors, ...others.map(each => this.#asItIs(each))] }
  }

  /**
   * The loss may be what a step meant, such as the restart of a network: a login that confirms tells. A result when the host
   * took it back, else the step that dropped the connection. Throws the loss where neither is known.
   */
  async cutOff(
    lost: OpsError,
    { running, proved }: BatchReport,
  ): Promise<ApplyResult | { readonly dropped: number }> {
    const verdict = await this.#countdown.end(this.#progress.session, false)
    const cut = await this.#taken(verdict)
    if (cut) return cut
    const dropped = running ?? [...proved.keys()].at(-1)
    if (verdict.kind !== 'confirmed' || dropped === undefined) throw lost
    return { dropped }
  }

  /** A result when access was not kept. */
  async #confirm(isLast: boolean, isSettled = isLast): Promise<ApplyResult | undefined> {
    return this.#taken(await this.#countdown.end(this.#progress.session, isLast, isSettled))
  }

  async #taken(verdict: Verdict): Promise<ApplyResult | undefined> {
    const { host } = this.#progress
    const isBack = verdict.kind === 'restored' || verdict.kind === 'restore-failed'
    const after = isBack ? await aftermathOf(this.#progress, verdict) : { back: [], stays: [] }
    const cut = verdictError(host, verdict, after)
    if (!cut) return undefined
    const status = cut.code === 'reverted' ? 'reverted' : cut.code === 'lost' ? 'lost' : 'failed'
    return this.#progress.finish(status, [cut])
  }

  /** What is true now of a step that failed before the host took something back. */
  #asItIs(error: ErrorData): ErrorData {
    const { planned, outcomes } = this.#progress
    const index = planned.findIndex(each => each.step.name === error.step)
    return outcomes[index] === 'reverted' ? { ...error, changed: 'no' } : error
  }
}
