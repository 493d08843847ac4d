/** From observations to the plan: what each step would change, and which earlier step may change that. */
import { type ErrorData, OpsError } from '../base/errors.ts'
import type { HostPlan, PlanStatus, PlanStep } from '../run/plan.ts'
import { type Access, type AccessContext, accessOf } from './access/dangers.ts'
import { unknownNote } from './access/unknown.ts'
import { accessNote, unguardedError, unwatchedNote } from './access/words.ts'
import { anyOverlap, type Claim, nameTheSame } from './claims.ts'
import { changeOf } from './diff.ts'
import type { LookResult } from './look.ts'
import { maskerOf } from './mask.ts'
import { missingAccountError } from './missing-accounts.ts'
import { guardOf, noUserYet, type Observation } from './observation.ts'
import { foldersAbove, readsOf } from './reach.ts'
import type { Change, Finding, KeyChange, State } from './resource.ts'
import type { Step } from './step.ts'
import { unifiedDiff } from './text-diff.ts'

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
  /** How applying it could cut our own access. */
  readonly access: Access | undefined
  readonly plan: PlanStep
  readonly error: ErrorData | undefined
}

/**
 * Plans every step of one host. Never throws: what cannot be planned carries its error. Without `login` there is no
 * login that a step could cut off: this machine itself. `missing` are users and groups that the host does not have.
 */
export function makePlan(
  host: string,
  steps: readonly Step[],
  seen: LookResult,
  login?: AccessContext,
  missing: ReadonlySet<string> = new Set(),
): PlannedStep[] {
  const masked = maskerOf(steps)
  const movers: { index: number; affects: readonly Claim[]; lacks: boolean }[] = []
  const planned = steps.map((step, index): PlannedStep => {
    const { resource, params, options } = step
    const observation = seen.observations[index]
    if (!observation) throw new RangeError(`no observation of ${step.name}`)
    const detail = seen.details[index] ?? ''
    const owns = resource.owns?.(params) ?? []
    const read = readState(step, observation, masked(seen.complaints[index] ?? ''), host)
    const desired = resource.desired(params)
    const change = read.state && changeOf(resource, read.state, desired)
    const isRefused =
      read.error !== undefined || (change && resource.impossible?.(read.state ?? {}, params)) !== undefined
    const reads = [...readsOf(step), ...(isRefused ? foldersAbove(step) : [])]
    const because = movers.filter(mover => anyOverlap(mover.affects, reads)).map(mover => mover.index)
    const status: PlanStatus = change ? 'change' : because.length > 0 ? 'may-change' : 'ok'
    const blocked =
      read.state && because.length === 0 ? obstacleOf(step, read.state, change, detail, host) : undefined
    const danger = login && accessOf(step, detail, login, change)
    const unwatched = danger?.isSlight ? login?.problem : undefined
    const access = unwatched === undefined ? danger : undefined
    const unsafe = change && access && login && unguardedError(step, access, login, host)
    const lack = change && resource.lacks?.(detail, params)
    const makers = movers.filter(mover => !mover.lacks)
    const comes = lack === undefined || makers.some(maker => anyOverlap(maker.affects, [`path:${lack}/`]))
    const strange = change && missingAccountError(step, missing, movers, host)
    const lacking = comes ? undefined : lackError(step, lack, host)
    // What an earlier step may bring is looked at again when its turn comes.
    const error = (because.length > 0 ? undefined : (read.error ?? blocked)) ?? lacking ?? strange ?? unsafe
    const unknown = change && login && unknownNote(step, change, login)
    const affects = [...(resource.affects?.(params, detail) ?? owns), ...(resource.redirects?.(params) ?? [])]
    if (status !== 'ok') movers.push({ index, affects, lacks: lack !== undefined })
    const texts = change && resource.texts?.(detail, params)
    const diff = texts && unifiedDiff(step.name, masked(texts.actual), masked(texts.desired))
    const found = change ? findingsOf(step, observation, change, because) : []
    const findings = found.map(each => maskedFinding(each, masked))
    const plan: PlanStep = {
      name: step.name,
      status,
      changes: (change?.keys ?? []).map(key => ({
        key: key.key,
        from: typeof key.from === 'string' ? masked(key.from) : key.from,
        to: typeof key.to === 'string' ? masked(key.to) : key.to,
      })),
      because: because.flatMap(at => steps[at]?.name ?? []),
      ...(diff && { diff }),
      notes: [
        ...(resource.notes?.(detail, params, change ? (seen.complaints[index] ?? '') : '') ?? []),
        ...(status === 'ok' ? [] : (options.notes ?? [])),
        ...(change && access ? [accessNote(access)] : []),
        ...(change && danger && unwatched !== undefined ? [unwatchedNote(danger, unwatched)] : []),
        ...(unknown === undefined ? [] : [unknown]),
      ].map(masked),
      ...(findings.length > 0 && { findings }),
      ...(step.where && { where: step.where }),
    }
    const actual = read.state ?? {}
    return {
      step,
      observation,
      guard: guardOf(observation),
      actual,
      desired,
      change,
      because,
      affects,
      access,
      plan,
      error,
    }
  })
  return planned.map((each, index) => withUndoers(each, index, planned, movers))
}

/** A step that is ok, but that a later one is about to move by name, is not announced as ok. */
function withUndoers(
  planned: PlannedStep,
  index: number,
  all: readonly PlannedStep[],
  movers: readonly { readonly index: number; readonly affects: readonly Claim[] }[],
): PlannedStep {
  const { resource, params } = planned.step
  const owns = resource.owns?.(params) ?? []
  const later = movers.filter(
    mover => mover.index > index && mover.affects.some(moved => owns.some(own => nameTheSame(moved, own))),
  )
  if (later.length === 0) return planned
  const because = [...planned.because, ...later.map(mover => mover.index)]
  const status = planned.change ? 'change' : 'may-change'
  return {
    ...planned,
    because,
    plan: { ...planned.plan, status, because: because.map(at => stepNameAt(all, at)) },
  }
}

/** The name of the step at a position. */
export function stepNameAt(planned: readonly PlannedStep[], index: number): string {
  return planned[index]?.step.name ?? `step ${index}`
}

/** The public part of a plan. */
export function hostPlanOf(host: string, planned: readonly PlannedStep[]): HostPlan {
  return {
    host,
    steps: planned.map(each => each.plan),
    errors: planned.flatMap(each => each.error ?? []),
  }
}

function readState(
  step: Step,
  observation: Observation,
  said: string,
  host: string,
): { readonly state?: State; readonly error?: ErrorData } {
  const text = observation.bytes.toString('utf8')
  if (text.startsWith(noUserYet)) return { state: {} }
  const problem = (title: string): { error: ErrorData } => ({
    error: {
      code: 'failed',
      title,
      host,
      step: step.name,
      ...(step.where && { where: step.where }),
      ...(said.trim() && { said: said.trim().slice(-2000) }),
      changed: 'no',
      next: 'Nothing can be planned for this step before its probe works on that host.',
    },
  })
  if (observation.code !== 0)
    return problem(`the probe of ${step.name} failed with exit code ${observation.code}`)
  if (observation.bytes.includes(0)) return problem(`the probe of ${step.name} printed a NUL byte`)
  try {
    return { state: step.resource.parse(text, step.params) }
  } catch (error) {
    return problem(`${step.name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function lackError(step: Step, directory: string, host: string): ErrorData {
  return {
    code: 'failed',
    title: `${step.name}: there is no directory ${directory} on the host, and no step before this one makes it`,
    host,
    step: step.name,
    ...(step.where && { where: step.where }),
    changed: 'no',
    next: `Put a step before it that makes it, such as directory({ path: '${directory}' }).`,
  }
}

/** What the resource itself makes of its look; else, where it only looks, each key that no earlier step may mend. */
function findingsOf(
  { resource, params }: Step,
  { bytes }: Observation,
  { keys }: Change,
  because: readonly number[],
): readonly Finding[] {
  if (resource.findings) return resource.findings(bytes.toString('utf8'), params)
  if (resource.apply || because.length > 0) return []
  return keys.map(each => ({ what: differenceText(each), next: 'put it right on the host' }))
}

function differenceText({ key, from, to }: KeyChange): string {
  return `${key} is ${from ?? 'unknown'}, wanted ${to}`
}

function maskedFinding({ what, since, next }: Finding, masked: (text: string) => string): Finding {
  return { what: masked(what), ...(since !== undefined && { since }), next: masked(next) }
}

function obstacleOf(
  step: Step,
  actual: State,
  change: Change | undefined,
  detail: string,
  host: string,
): ErrorData | undefined {
  const common = { host, step: step.name, ...(step.where && { where: step.where }), changed: 'no' as const }
  const why = change && step.resource.impossible?.(actual, step.params, detail)
  if (why) {
    const next = 'Nothing was touched. Put it right on the host, or change the recipe, then run again.'
    return new OpsError({ code: 'failed', title: `${step.name}: ${why}`, ...common, next }).data
  }
  if (!change || step.resource.apply) return undefined
  return {
    code: 'failed',
    title: `${step.name} does not hold: ${change.keys.map(differenceText).join('; ')}`,
    ...common,
    next: 'ops only checks this and cannot mend it: put it right on the host, then run again.',
  }
}
