/** What one host of a run stands at, and how its run ends. */
import { errorDataOf, InputErrors } from '../base/errors.ts'
import type { Emit, HostSummary } from '../run/events.ts'
import type { HostLink } from '../run/host-link.ts'
import { type HostStatus, statusOf } from '../run/host-status.ts'
import type { AccessContext } from './access/dangers.ts'
import { NotBegun } from './across/not-begun.ts'
import type { Missing } from './around.ts'
import type { PlannedStep } from './plan/planned-step.ts'
import type { RunHost } from './run-request.ts'
import type { Step } from './step.ts'

/** What a host's run stands at. */
export interface HostRun {
  host: RunHost
  readonly link: HostLink
  planned?: readonly PlannedStep[]
  /** Its steps, as far as they are known before it is asked anything. */
  steps?: readonly Step[]
  /** What other hosts ask of it, as planned behind its own steps. */
  answers?: readonly PlannedStep[]
  /** Hosts that it reads values of. */
  asks?: readonly string[]
  /** Those of them whose values may change: what its steps are is known once those are done. */
  hangsOn?: readonly string[]
  /** Positions of steps that are seen to be others with other values. Any step may be. */
  differs?: ReadonlySet<number>
  /** Balancers that are without it, and are to have it. */
  leftOut?: readonly Missing[]
  /** Hosts of the run that are done before this one begins. */
  after?: readonly string[]
  machineId?: string
  login?: AccessContext
  summary?: HostSummary
  /** What planning and applying took here, in milliseconds, trips included. */
  tookMs: number
  /** Of that, uploads. */
  uploadedMs: number
  /** Set before the first thing is sent that may change the host. */
  applying?: true
}

/** Nothing has failed so far. */
export function isWell({ summary }: HostRun): boolean {
  return summary === undefined || summary.status === 'ok' || summary.status === 'drift'
}

/** Ends a host's run, and tells what it came to. */
export function settle(run: HostRun, emit: Emit, summary: HostSummary): void {
  run.summary = summary
  emit({ event: 'host', host: run.host.target.name, summary, trips: run.link.trips })
}

/** Ends a host's run with an error. Input errors are told once for all hosts, by whoever gathers them. */
export function settleError(run: HostRun, emit: Emit, thrown: unknown): void {
  const host = run.host.target.name
  const error = errorDataOf(thrown)
  if (!(thrown instanceof InputErrors)) emit({ event: 'error', host, error: { host, ...error } })
  settle(
    run,
    emit,
    untouched(run.planned ?? [], thrown instanceof NotBegun ? 'not-begun' : statusOf(error.code)),
  )
}

/** No step was applied. */
export function untouched(planned: readonly PlannedStep[], status: HostStatus): HostSummary {
  return { ok: 0, changed: 0, failed: 0, skipped: planned.length, status }
}
