/** From observations to the plan: what each step would change, and which earlier step may change that. */
import type { PlanStatus } from '../../run/plan.ts'
import { type Access, type AccessContext, accessOf } from '../access/dangers.ts'
import { unknownNote } from '../access/unknown.ts'
import { accessNote, unwatchedNote } from '../access/words.ts'
import { ClaimIndex } from '../claim-index.ts'
import { anyOverlap, nameTheSame } from '../claims.ts'
import { changeOf } from '../diff.ts'
import type { LookResult } from '../look/look.ts'
import { guardOf } from '../look/observation.ts'
import { maskerOf } from '../mask.ts'
import { foldersAbove, readsOf } from '../reach.ts'
import type { Change } from '../resource.ts'
import { desiredOf, type Step } from '../step.ts'
import { filesBeside } from './files-beside.ts'
import { madeAbove, madeAboveNotes } from './lacking.ts'
import { missingAccountNotes } from './missing-accounts.ts'
import { type Mover, makersOf, obstacleOf } from './obstacle.ts'
import { placeError, placeNotes } from './odd-places.ts'
import type { Places } from './places.ts'
import { type PlannedStep, stepNameAt } from './planned-step.ts'
import { type ReadState, readState } from './read-state.ts'
import { shownStep } from './shown-step.ts'
import { twoNames, withRealNames } from './two-names.ts'

/**
 * Plans every step of one host. Never throws: what cannot be planned carries its error. Without `login` there is no
 * login that a step could cut off: this machine itself. `missing` are users and groups that the host does not have,
 * `places` what is odd about the paths that the steps write to, `masked` takes out secrets.
 */
export function makePlan(
  host: string,
  steps: readonly Step[],
  seen: LookResult,
  login?: AccessContext,
  missing: ReadonlySet<string> = new Set(),
  places: Places = new Map(),
  masked: (text: string) => string = maskerOf(steps),
): PlannedStep[] {
  const movers: Mover[] = []
  const byClaim = new ClaimIndex<Mover>()
  const told = new Set<string>()
  const planned = steps.map((step, index): PlannedStep => {
    const { resource, params } = step
    const observation = seen.observations[index]
    if (!observation) throw new RangeError(`no observation of ${step.name}`)
    const detail = seen.details[index] ?? ''
    const complaint = seen.complaints[index] ?? ''
    const read = readState(step, observation, masked(complaint), host)
    const desired = desiredOf(step)
    const change = read.state && changeOf(resource, read.state, desired)
    const misplaced = change && placeError(step, change, places, host)
    const isRefused =
      read.error !== undefined ||
      misplaced !== undefined ||
      (change && resource.impossible?.(read.state ?? {}, params)) !== undefined
    const named = readsOf(step)
    const really = withRealNames(named, places)
    const reads = [...really, ...(isRefused ? foldersAbove(step) : [])]
    const because = byClaim
      .near(reads)
      .filter(mover => anyOverlap(mover.affects, reads))
      .map(mover => mover.index)
    const status: PlanStatus = change ? 'change' : because.length > 0 ? 'may-change' : 'ok'
    const lack = change && resource.lacks?.(detail, params)
    const need = change && resource.needs?.(read.state ?? {}, params, detail)
    const { access, notes: accessNotes } = accessTaken(step, detail, change, login)
    const isReached = because.length > 0
    const beside = filesBeside(step, read.state, steps, host)
    const above = change ? madeAbove(step, resource.makesAbove?.(detail, params), () => makersOf(movers)) : []
    const notes = [
      ...missingAccountNotes(step, missing, movers),
      ...(isReached && change ? lastingNotes(step, read) : []),
      ...(change ? placeNotes(step, change, places, told) : []),
      ...madeAboveNotes(above),
      ...accessNotes,
      ...beside.notes,
    ]
    const judged = {
      host,
      step,
      read,
      detail,
      change,
      misplaced,
      lack,
      need,
      movers,
      isReached,
      missing,
      access,
      login,
    }
    const error = obstacleOf(judged) ?? (isReached ? undefined : beside.error)
    const moved = resource.affects?.(params, detail) ?? resource.owns?.(params) ?? []
    const affects = withRealNames([...moved, ...(resource.redirects?.(params) ?? [])], places)
    if (status !== 'ok') {
      const mover = {
        index,
        affects,
        lacks: lack !== undefined,
        isStuck: need !== undefined && error !== undefined,
      }
      movers.push(mover)
      byClaim.add(mover, affects)
    }
    const names = because.flatMap(at => steps[at]?.name ?? [])
    const shown = { step, status, observation, detail, complaint, change, because: names, notes }
    const actual = read.state ?? {}
    const plan = shownStep(shown, masked)
    const guard = guardOf(observation)
    const otherNames = really.length > named.length && { otherNames: really.slice(named.length) }
    return {
      ...{ step, observation, guard, actual, desired, change, because, affects, access, plan, error },
      ...otherNames,
      ...(above.length > 0 && { madeAbove: above }),
    }
  })
  const colliding = twoNames(planned, places, host)
  return planned.map((each, index) => {
    const error = each.error ?? colliding.get(index)
    return { ...withUndoers(each, index, planned, byClaim, places), error }
  })
}

/** What hardly any step mends, of one whose error waits for its turn. */
function lastingNotes({ resource, params }: Step, { state = {} }: ReadState): readonly string[] {
  const lasting = resource.lasting?.(state, params)
  return lasting === undefined ? [] : [`as the host is now, ${lasting}`]
}

/** How applying a step could cut our own access, where the host can guard that, and what to say of it. */
function accessTaken(
  step: Step,
  detail: string,
  change: Change | undefined,
  login: AccessContext | undefined,
): { readonly access: Access | undefined; readonly notes: readonly string[] } {
  const danger = login && accessOf(step, detail, login, change)
  const unwatched = danger?.isSlight ? login?.problem : undefined
  const access = unwatched === undefined ? danger : undefined
  if (!change || !login) return { access, notes: [] }
  const unknown = unknownNote(step, change, login)
  return {
    access,
    notes: [
      ...(access ? [accessNote(access)] : []),
      ...(danger && unwatched !== undefined ? [unwatchedNote(danger, unwatched)] : []),
      ...(unknown === undefined ? [] : [unknown]),
    ],
  }
}

/** A step that is ok, but that a later one is about to move by name, is not announced as ok. */
function withUndoers(
  planned: PlannedStep,
  index: number,
  all: readonly PlannedStep[],
  movers: ClaimIndex<Mover>,
  places: Places,
): PlannedStep {
  const { resource, params } = planned.step
  const owns = withRealNames(resource.owns?.(params) ?? [], places)
  const later = movers
    .near(owns)
    .filter(
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
