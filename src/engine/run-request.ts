/** What a run over hosts is asked for, and what it brings. */
import type { ErrorData } from '../base/errors.ts'
import type { Emit, HostSummary } from '../run/events.ts'
import type { Interrupt } from '../run/interrupt.ts'
import type { HostPlan } from '../run/plan.ts'
import type { RollOut } from '../run/roll-out.ts'
import type { Session } from '../run/session.ts'
import type { Become, ConnectTarget } from '../transport/transport.ts'
import type { Evaluate } from './plan/plan-host.ts'
import type { PlannedStep } from './plan/planned-step.ts'
import type { SavedHost } from './plan/saved-plan.ts'
import type { RunRecord } from './record/record-head.ts'

export interface RunHost {
  readonly target: ConnectTarget
  readonly become?: Become
  readonly evaluate: Evaluate
}

export interface RunOptions {
  readonly verb: 'plan' | 'check' | 'apply'
  readonly hosts: readonly RunHost[]
  /** Hosts at once. */
  readonly limit: number
  /** Hosts that others are taken out of while they change, by the word that names them in a step. */
  readonly balancers?: ReadonlyMap<string, Pick<RunHost, 'target' | 'become'>>
  /** Hosts beside the run that are asked for values, by their names. */
  readonly sources?: (name: string) => Promise<Pick<RunHost, 'target' | 'become'> | undefined>
  /** In what pieces hosts are applied. */
  readonly rollOut?: RollOut
  /** The hosts have more steps than are asked for: that all of them hold is not known. */
  readonly isPart?: boolean
  readonly emit: Emit
  readonly interrupt: Interrupt
  /** Asked once with all plans before anything is applied; left out: apply without asking, each host at once. */
  readonly confirm?: (plans: readonly HostPlan[]) => Promise<boolean>
  /** A saved plan to hold the hosts against: one that moved since means that nothing is applied anywhere. */
  readonly saved?: readonly SavedHost[]
  /** One error that says better than those of `moved` why a host is not as the saved plan saw it; undefined: none is known. */
  readonly explainMoved?: (session: Session, moved: readonly ErrorData[]) => Promise<ErrorData | undefined>
  readonly waitForLock?: boolean
  /** Fetch what plans show to people: diffs, what packages bring. Default true. */
  readonly wantsDetail?: boolean
  /** What the operator typed, for the holder of the lock. */
  readonly purpose?: string
  /** What the run writes down on each host. */
  readonly record?: RunRecord
  /** Names of hosts where an undo does not take back all. */
  readonly notWholeAt?: ReadonlySet<string>
}

export interface RunOutcome {
  readonly hosts: Readonly<Record<string, HostSummary>>
  readonly trips: Readonly<Record<string, number>>
  readonly plans: readonly HostPlan[]
  /** The plans with all they were made from, by host: what a saved plan is made of. */
  readonly planned: ReadonlyMap<
    string,
    {
      readonly machineId: string
      readonly planned: readonly PlannedStep[]
      readonly after?: readonly string[]
      /** Hosts whose values its steps hang on and that may change them. */
      readonly hangsOn?: readonly string[]
    }
  >
  /** The operator was asked and said no. */
  readonly declined: boolean
}
