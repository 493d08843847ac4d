/** Everything that a run tells, as data: report/ renders it, `--json` writes one a line. */
import type { ErrorData } from '../base/errors.ts'
import type { Facts } from './facts.ts'
import type { HostStatus } from './host-status.ts'
import type { JobEvent } from './job-events.ts'
import type { KeptCopy } from './kept-copies.ts'
import type { HostPlan } from './plan.ts'
import type { HistoryEvent } from './run-history.ts'

/** `ok` already as wanted · `changed` applied and proved · `skipped` not reached · `reverted` done, and taken back. */
export interface HostSummary {
  readonly ok: number
  readonly changed: number
  readonly failed: number
  readonly skipped: number
  readonly reverted?: number
  /** Of a plan: ok now, but an earlier step may change that. */
  readonly maybe?: number
  /** Of an undo: what it does not take back, and what it takes back but for a rest. */
  readonly left?: { readonly whole: number; readonly rest: number }
  readonly status: HostStatus
}

export type RunEvent =
  | JobEvent
  | HistoryEvent
  | {
      readonly event: 'run'
      readonly verb: string
      /** What an apply is called in the records: `ops show RUN`, `ops undo RUN`. */
      readonly run?: string
      readonly recipe?: string
      readonly hosts: readonly string[]
      readonly version: string
    }
  | {
      readonly event: 'connected'
      readonly host: string
      readonly backend: string
      readonly milliseconds: number
    }
  | {
      /** Where the time of one host went, in milliseconds: `plan` is spent here, `link` is the login and all that waited for the wire. */
      readonly event: 'spent'
      readonly host: string
      readonly milliseconds: Readonly<Record<'link' | 'look' | 'plan' | 'act' | 'sync' | 'proof', number>>
    }
  | { readonly event: 'note'; readonly host: string; readonly text: string }
  | { readonly event: 'facts'; readonly host: string; readonly facts: Facts }
  | {
      readonly event: 'kept'
      readonly host: string
      /** Where only one file was asked about. */
      readonly path?: string
      readonly copies: readonly KeptCopy[]
    }
  | ({ readonly event: 'plan' } & HostPlan)
  | {
      readonly event: 'waiting'
      readonly host: string
      readonly for: 'lock' | 'reboot' | 'access' | 'host'
      readonly text: string
    }
  | { readonly event: 'step'; readonly host: string; readonly step: string; readonly status: 'running' }
  | {
      readonly event: 'step'
      readonly host: string
      readonly step: string
      readonly status: 'ok' | 'changed' | 'failed' | 'skipped' | 'reverted'
      readonly milliseconds?: number
      /** Files whose content before this run the host keeps since this step: `ops kept HOST` has it. */
      readonly kept?: readonly string[]
      /** The host that it changed in place of this one: a balancer. */
      readonly on?: string
    }
  | {
      readonly event: 'surprise'
      readonly host: string
      readonly step: string
      readonly because: readonly string[]
    }
  | {
      readonly event: 'output'
      readonly host: string
      readonly step?: string
      readonly stream: 'stdout' | 'stderr'
      readonly text: string
    }
  | { readonly event: 'error'; readonly host?: string; readonly error: ErrorData }
  | { readonly event: 'host'; readonly host: string; readonly summary: HostSummary; readonly trips: number }
  | {
      readonly event: 'summary'
      readonly hosts: Readonly<Record<string, HostSummary>>
      readonly trips: Readonly<Record<string, number>>
    }

/** Where events go; never throws. */
export type Emit = (event: RunEvent) => void
