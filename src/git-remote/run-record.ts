/** What a run tells and counts, from its first event to its summary. */
import { type ErrorData, errorDataOf, OpsError } from '../base/errors.ts'
import { opsVersion } from '../base/version.ts'
import type { PlannedStep } from '../engine/plan/planned-step.ts'
import type { Emit } from '../run/events.ts'
import { type HostStatus, statusOf } from '../run/host-status.ts'
import type { Interrupt } from '../run/interrupt.ts'
import type { HostPlan, PlanStep } from '../run/plan.ts'
import type { HostSide } from './host-side.ts'
import type { LocalStep } from './local-side.ts'
import { repositoryLook } from './repository-look.ts'

export interface RunResult {
  readonly status: HostStatus
  /** The operator was asked and said no. */
  readonly declined: boolean
}

interface RecordOptions {
  readonly emit: Emit
  readonly confirm?: (plans: readonly HostPlan[]) => Promise<boolean>
}

const lookPrefix = `${repositoryLook.definition.type} `

/** One host's run; the steps on this machine count as steps of that host. */
export class RunRecord {
  readonly #name: string
  readonly #options: RecordOptions
  readonly #counts = { ok: 0, changed: 0, failed: 0, skipped: 0, reverted: 0 }
  #status: HostStatus = 'ok'
  #declined = false
  #running: string | undefined

  constructor(name: string, options: RecordOptions) {
    this.#name = name
    this.#options = options
    this.emit({
      event: 'run',
      verb: 'apply',
      recipe: 'git-remote',
      hosts: [name],
      version: opsVersion(),
    })
  }

  /** Looks are steps to the engine alone. */
  readonly emit: Emit = event => {
    if (event.event === 'step' && event.step.startsWith(lookPrefix)) return
    this.#options.emit(event)
  }

  get hasChanged(): boolean {
    return this.#counts.changed > 0 && this.#status === 'ok'
  }

  note(text: string): void {
    this.emit({ event: 'note', host: this.#name, text })
  }

  /** What the running step prints. */
  output(text: string): void {
    const step = this.#running
    this.emit({
      event: 'output',
      host: this.#name,
      stream: 'stderr',
      text,
      ...(step !== undefined && { step }),
    })
  }

  refuse(errors: readonly ErrorData[]): void {
    for (const error of errors) this.emit({ event: 'error', host: this.#name, error })
    this.#counts.failed += errors.length
    const [first] = errors
    if (first) this.#status = statusOf(first.code)
  }

  /** Tells the plan and asks; true when the run may go on. */
  async planned(steps: readonly PlanStep[], errors: readonly ErrorData[]): Promise<boolean> {
    const plan: HostPlan = { host: this.#name, steps, errors }
    this.emit({ event: 'plan', ...plan })
    if (errors.length > 0) {
      this.refuse(errors)
      return false
    }
    const { confirm } = this.#options
    if (!confirm || steps.every(step => step.status === 'ok') || (await confirm([plan]))) return true
    this.#declined = true
    this.#status = 'drift'
    this.#counts.skipped = steps.length
    return false
  }

  /** Applies on the host; true when all of it holds. */
  async applied(host: HostSide, planned: readonly PlannedStep[], interrupt: Interrupt): Promise<boolean> {
    const { status, outcomes, errors } = await host.apply(planned, interrupt)
    for (const [index, outcome] of outcomes.entries()) {
      if (!planned[index]?.step.name.startsWith(lookPrefix)) this.#counts[outcome]++
    }
    for (const error of errors) this.emit({ event: 'error', host: this.#name, error })
    if (status !== 'ok') this.#status = status
    return status === 'ok'
  }

  /** Runs steps on this machine in order; the first that fails ends it. */
  async locally(steps: readonly LocalStep[], interrupt: Interrupt): Promise<void> {
    const left = [...steps]
    for (let step = left.shift(); step; step = left.shift()) {
      const tell = (status: 'running' | 'changed' | 'ok' | 'failed' | 'skipped', began?: number): void => {
        const { name } = step as LocalStep
        const took = began === undefined ? {} : { milliseconds: Math.round(performance.now() - began) }
        if (status === 'running') this.emit({ event: 'step', host: this.#name, step: name, status })
        else this.emit({ event: 'step', host: this.#name, step: name, status, ...took })
      }
      const isProof = step.kind === 'proof'
      if (!step.isNeeded) {
        if (isProof) continue
        this.#counts.ok++
        tell('ok')
        continue
      }
      const began = performance.now()
      try {
        if (interrupt.level !== 'none') throw stoppedBefore(this.#name, step.name)
        this.#running = step.name
        tell('running')
        await step.run()
        if (!isProof) this.#counts.changed++
        tell(isProof ? 'ok' : 'changed', began)
      } catch (thrown) {
        const stopped = interrupt.level !== 'none'
        this.#counts[stopped ? 'skipped' : 'failed']++
        tell(stopped ? 'skipped' : 'failed', began)
        this.#counts.skipped += left.length
        throw thrown
      } finally {
        this.#running = undefined
      }
    }
  }

  /** Runs the work, tells what it throws, and ends with the summary. `trips` is asked at the end. */
  async closing(work: () => Promise<void>, trips: () => number): Promise<RunResult> {
    try {
      await work()
    } catch (thrown) {
      const { code, ...rest } = errorDataOf(thrown)
      if (!(thrown instanceof OpsError)) throw thrown
      // The host was looked at by now: what was wrong with the input is no longer an error of the input alone.
      const error: ErrorData = { host: this.#name, code: code === 'input' ? 'failed' : code, ...rest }
      this.emit({ event: 'error', host: this.#name, error })
      this.#status = statusOf(error.code)
    }
    const summary = { ...this.#counts, status: this.#status }
    this.emit({ event: 'host', host: this.#name, summary, trips: trips() })
    this.emit({ event: 'summary', hosts: { [this.#name]: summary }, trips: { [this.#name]: trips() } })
    return { status: this.#status, declined: this.#declined }
  }
}

function stoppedBefore(host: string, step: string): OpsError {
  return new OpsError({
    code: 'interrupted',
    title: `stopped before ${step}, as asked`,
    host,
    changed: 'unknown',
    next: 'Run the same command again: it goes on where it stopped.',
  })
}
