/** What is told of runs that were: rows of a list, one run in full, and what an undo leaves as it is. */
import type { HostStatus } from './host-status.ts'
import type { Value } from './plan.ts'

/** One run in a list; of a host's own record only that host is told. */
export interface RunRow {
  readonly run: string
  /** ISO 8601, in UTC. */
  readonly startedAt: string
  readonly who: string
  /** What was typed, in short: `apply web`. */
  readonly purpose: string
  /** What became of each host; `unknown` where the run was ended before it could say. */
  readonly hosts: Readonly<Record<string, RunState>>
}

export type RunState = HostStatus | 'unknown'

/** One step of a run, as it was done. */
export interface DoneStep {
  readonly name: string
  /** `begun`: nobody could write down its end. */
  readonly status: 'changed' | 'failed' | 'reverted' | 'begun'
  /** Key, what was there, what was wanted. */
  readonly changes: readonly (readonly [string, Value | null, Value])[]
  readonly diff?: string
  /** Files whose former content the host keeps. */
  readonly kept?: readonly string[]
  /** The balancer that it changed in place of the host. */
  readonly on?: string
}

/** One run on one host, in full. */
export interface HostOfRun {
  readonly host: string
  readonly status: RunState
  readonly steps: readonly DoneStep[]
  readonly errors: readonly string[]
  /** Balancers that it was out of while it changed; left out where there is none. */
  readonly behind?: readonly string[] | undefined
}

export interface RunInFull extends Omit<RunRow, 'hosts'> {
  readonly params: Readonly<Record<string, unknown>>
  readonly hosts: readonly HostOfRun[]
}

/**
 * `skipped`: others have changed it since · `cannot`: there is no way back · `stays`: what is left over of a step that is taken back ·
 * `unchanged`: there is nothing to take back.
 */
export interface UndoNote {
  readonly kind: 'skipped' | 'cannot' | 'stays' | 'unchanged'
  readonly what: string
  readonly why: string
}

export type HistoryEvent =
  | {
      readonly event: 'history'
      readonly host?: string
      readonly runs: readonly RunRow[] /** How many are recorded, where more are than are told. */
      readonly of?: number
    }
  | ({
      readonly event: 'recorded'
      /** By the machine that ran it, not by the host itself. */
      readonly isFromHere?: true
    } & RunInFull)
  | {
      readonly event: 'undo'
      readonly host: string
      readonly run: string
      readonly notes: readonly UndoNote[]
    }

/** The undo takes back all that there is of this, but for a rest. */
export const isWhole = ({ kind }: UndoNote): boolean => kind === 'stays' || kind === 'unchanged'
