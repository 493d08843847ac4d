/** A planned step as people see it: what changes, with diff, notes and findings, and no secret in any of it. */
import type { PlanStatus, PlanStep } from '../../run/plan.ts'
import type { Observation } from '../look/observation.ts'
import type { Change } from '../resource.ts'
import type { Step } from '../step.ts'
import { unifiedDiff } from '../text-diff/text-diff.ts'
import { findingsOf, maskedFinding } from './findings.ts'

/** What there is to show. */
export interface StepToShow {
  readonly step: Step
  readonly status: PlanStatus
  readonly observation: Observation
  readonly detail: string
  /** What the probe wrote to stderr. */
  readonly complaint: string
  readonly change: Change | undefined
  /** Names of the steps before it that touch what it reads. */
  readonly because: readonly string[]
  /** What the engine knows of it: other names of its file, what it does to our own access. */
  readonly notes: readonly string[]
}

/** Takes the secrets out with `masked`. */
export function shownStep(shown: StepToShow, masked: (text: string) => string): PlanStep {
  const { step, status, observation, detail, complaint, change, because, notes } = shown
  const { resource, params, options } = step
  const texts = change && resource.texts?.(detail, params)
  const diff = texts && unifiedDiff(step.name, masked(texts.actual), masked(texts.desired))
  const findings = change ? findingsOf(step, observation, change, because.length > 0) : []
  return {
    name: step.name,
    status,
    changes: (change?.keys ?? []).map(({ key, from, to }) => ({
      key,
      from: typeof from === 'string' ? masked(from) : from,
      to: typeof to === 'string' ? masked(to) : to,
    })),
    because,
    ...(diff && { diff }),
    notes: [
      ...(resource.notes?.(detail, params, change ? complaint : '', change) ?? []),
      ...(status === 'ok' ? [] : (options.notes ?? [])),
      ...notes,
    ].map(masked),
    ...(findings.length > 0 && { findings: findings.map(each => maskedFinding(each, masked)) }),
    ...(step.where && { where: step.where }),
  }
}
