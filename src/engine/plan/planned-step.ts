/** A step that is planned: what was seen of it, and what follows from that. */
import type { ErrorData } from '../../base/errors.ts'
import type { HostPlan, PlanStep } from '../../run/plan.ts'
import type { Access } from '../access/dangers.ts'
import type { Claim } from '../claims.ts'
import type { Observation } from '../look/observation.ts'
import type { Change, State } from '../resource.ts'
import type { Step } from '../step.ts'

/** A step with what was seen of it and what follows: what a batch is made from. */
export interface PlannedStep {
  readonly step: Step
  readonly observation: Observation
  readonly guard: string
  readonly actual: State
  readonly desired: State
  readonly change: Change | undefined
  /** Positions of the earlier steps, planned or possible to change, that touch what this one reads. */
  readonly because: readonly number[]
  /** What applying it moves or redirects, as the first look told. */
  readonly affects: readonly Claim[]
  /** Other names of what it owns or reads, as a symbolic link on the way leads to it; left out where there is none. */
  readonly otherNames?: readonly Claim[]
  /** Directories above what it writes that are made on its way; left out where there is none. */
  readonly madeAbove?: readonly string[]
  /** How applying it could cut our own access. */
  readonly access: Access | undefined
  readonly plan: PlanStep
  readonly error: ErrorData | undefined
}

/** The name of the step at a position. */
export function stepNameAt(planned: readonly PlannedStep[], index: number): string {
  return planned[index]?.step.name ?? `step ${index}`
}

/** Nothing is to be changed, and nothing is in the way of that. */
export const isDone = (planned: readonly PlannedStep[]): boolean =>
  planned.every(each => !each.change && !each.error)

/** The public part of a plan. */
export function hostPlanOf(host: string, planned: readonly PlannedStep[]): HostPlan {
  return {
    host,
    steps: planned.map(each =>
      // Findings say it themselves.
      each.error && !each.plan.findings ? { ...each.plan, stuck: stuckAs(each) } : each.plan,
    ),
    errors: planned.flatMap(each => each.error ?? []),
  }
}

function stuckAs({ step, change }: PlannedStep): 'refused' | 'unmet' {
  return change && !step.resource.apply ? 'unmet' : 'refused'
}
