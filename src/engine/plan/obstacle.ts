/** Why a step cannot be applied as the plan has it: known before anything is done. */
import { type ErrorData, OpsError } from '../../base/errors.ts'
import type { Access, AccessContext } from '../access/dangers.ts'
import { unguardedError } from '../access/words.ts'
import type { Claim } from '../claims.ts'
import type { Change, Need, State } from '../resource.ts'
import type { Step } from '../step.ts'
import { differenceText } from './findings.ts'
import { lackError, lackingAt } from './lacking.ts'
import { missingAccountError } from './missing-accounts.ts'
import { needError } from './missing-needs.ts'
import type { ReadState } from './read-state.ts'

/** An earlier step, planned or possible to change. */
export interface Mover {
  readonly index: number
  readonly affects: readonly Claim[]
  /** It has no directory to stand in itself, and so makes none for others. */
  readonly lacks: boolean
  /** It cannot be done for want of something else, and so brings nothing. */
  readonly isStuck: boolean
}

/** What is known of a step when its turn in the plan comes. */
export interface StepToJudge {
  readonly host: string
  readonly step: Step
  readonly read: ReadState
  readonly detail: string
  readonly change: Change | undefined
  /** Why it cannot be done where its path lies. */
  readonly misplaced: ErrorData | undefined
  /** The directory that it needs and that is not there. */
  readonly lack: string | undefined
  /** What else it needs and that is not there. */
  readonly need: Need | undefined
  readonly movers: readonly Mover[]
  /** It reads what one of them moves. */
  readonly isReached: boolean
  /** Users and groups that the host does not have. */
  readonly missing: ReadonlySet<string>
  readonly access: Access | undefined
  readonly login: AccessContext | undefined
}

/** The first that stands in its way; undefined where nothing does. */
export function obstacleOf(judged: StepToJudge): ErrorData | undefined {
  const { host, step, read, detail, change, misplaced, lack, need, movers, isReached, missing } = judged
  const { access, login } = judged
  const wanting = need && needError(step, need, movers, host)
  if (wanting) return wanting
  // What an earlier step may bring is looked at again when its turn comes.
  const itself = isReached
    ? undefined
    : (read.error ?? (read.state && hindranceOf(step, read.state, change, detail, host)) ?? misplaced)
  if (itself) return itself
  const absent = lack === undefined ? undefined : lackingAt(step, lack, () => makersOf(movers))
  if (absent !== undefined) return lackError(step, absent, host)
  // Also of a step that is ok: a unit file is as it should be, and what it starts fails.
  const strange = missingAccountError(step, missing, movers, host)
  return strange ?? (change && access && login && unguardedError(step, access, login, host))
}

/** What is made by those of them that have a directory to stand in. */
export function* makersOf(movers: readonly Mover[]): Generator<Claim> {
  for (const mover of movers) if (!mover.lacks) yield* mover.affects
}

function hindranceOf(
  step: Step,
  actual: State,
  change: Change | undefined,
  detail: string,
  host: string,
): ErrorData | undefined {
  const common = { host, step: step.name, ...(step.where && { where: step.where }), changed: 'no' as const }
  const why = change && step.resource.impossible?.(actual, step.params, detail)
  if (why) {
    const next = 'Fix it on the host, or change the recipe, then run again.'
    return new OpsError({ code: 'failed', title: `${step.name}: ${why}`, ...common, next }).data
  }
  if (!change || step.resource.apply) return undefined
  return {
    code: 'failed',
    title: `${step.name} does not hold: ${change.keys.map(differenceText).join('; ')}`,
    ...common,
    next: 'ops only checks this and cannot change it: fix it on the host, then run again.',
  }
}
