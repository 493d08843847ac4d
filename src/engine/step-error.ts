/** Says what went wrong with one step, from its exit code, its proof and its last words. */
import type { Changed, ErrorCode, ErrorData } from '../base/errors.ts'
import type { PlannedStep } from './plan/planned-step.ts'
import { whoMoved } from './reach.ts'
import { applySecondsOf } from './step.ts'

/** Exit codes of an apply that have a meaning of their own. */
export const exitReverted = 97
const exitNotPutBack = 96
export const exitRefused = 98
export const exitMoved = 95

interface StepFailure {
  readonly host: string
  readonly planned: PlannedStep
  readonly code: number
  /** The proof differs from what was seen before. */
  readonly changed: boolean
  readonly settling: boolean
  /** Steps that may have been done before it in this run. */
  readonly before?: readonly PlannedStep[]
  /** It outlived its deadline and was ended by the host. */
  readonly overdue: boolean
  /** The operator asked to end it now. */
  readonly interrupted: boolean
  /** It was one of a transaction, of which steps after it may be done as well. */
  readonly others?: boolean
  readonly said: string
  /** What the proof shows not to be as wanted: `mode is 600, not 644`. */
  readonly left: readonly string[]
}

/** A hash or a whole text tells nobody anything. */
const longest = 120

export function stepError(input: StepFailure): ErrorData {
  const { host, planned, code } = input
  const { step } = planned
  const said = input.said.trim()
  const [errorCode, title, next] =
    input.interrupted && code !== 0
      ? ([
          'interrupted',
          `${step.name} was ended while it ran, as asked`,
          'It may be half done. Run the same command again: it looks first.',
        ] as const)
      : explain(input)
  return {
    code: errorCode,
    title,
    host,
    step: step.name,
    ...(step.where && { where: step.where }),
    ...(said && { said }),
    changed: changedBy(input, errorCode),
    next,
  }
}

/** A step that ran may have changed what its probe does not see: only a proved take-back or a refusal is a no. */
function changedBy({ planned, interrupted, changed, code }: StepFailure, errorCode: ErrorCode): Changed {
  if (errorCode === 'reverted') return 'no'
  if (interrupted) return 'unknown'
  if (errorCode === 'moved') return 'no'
  if (isRefusal(planned, code, changed)) return 'no'
  return changed ? 'yes' : 'unknown'
}

function isRefusal({ step }: PlannedStep, code: number, changed: boolean): boolean {
  const { refuses } = step.resource
  return code === exitRefused && (refuses === 'whatever is seen' || (refuses === true && !changed))
}

function explain({
  planned,
  code,
  changed,
  settling,
  overdue,
  others,
  left,
  before = [],
}: StepFailure): readonly [ErrorCode, string, string] {
  const { name, resource } = planned.step
  const seconds = applySecondsOf(planned.step)
  const again = others
    ? 'What else the same transaction did is shown at its own steps; no step after those was touched. Fix the cause, then run again.'
    : 'Steps after it were not touched. Fix the cause, then run again.'
  if (code === exitReverted && resource.takesBack) {
    return [
      'reverted',
      `${name} was taken back: with the change in place it failed`,
      'The files from before are in place and proved. Fix the cause, then run again.',
    ]
  }
  if (code === exitNotPutBack && resource.takesBack) {
    return [
      'failed',
      `${name} broke, and putting the old state back failed too`,
      'Look at the host now: what was there before lies under /var/lib/ops/kept.',
    ]
  }
  // Whatever the proof shows then is the work of somebody else.
  if (code === exitMoved && resource.refuses) {
    return [
      'moved',
      `${name} was changed ${whoMoved(planned.step, before, 'while it was prepared')}`,
      'Their work is as they left it, and steps after it were not touched. Look at the new plan, then apply again.',
    ]
  }
  if (isRefusal(planned, code, changed)) {
    return ['failed', `${name} was refused before anything was changed`, again]
  }
  // Its own words are true of the part that refused.
  if (code === exitRefused && resource.refuses && !settling) {
    return ['failed', `${name} was refused, and not all of it is as it was before`, again]
  }
  if (overdue) {
    return [
      'failed',
      settling ? `${name} did not settle in time` : `${name} took longer than ${seconds} s and was ended`,
      again,
    ]
  }
  if (code !== 0) {
    return [
      'failed',
      settling
        ? `${name} was applied but did not settle (exit code ${code})`
        : `${name} failed with exit code ${code}`,
      again,
    ]
  }
  return [
    'not-converged',
    `${name} did not converge: it ran without an error, and the difference is still there${shownLeft(left)}`,
    'The host was told to stop; the list of steps shows which were done before it did. Fix the cause, then run again.',
  ]
}

function shownLeft(left: readonly string[]): string {
  const shown = left.filter(each => each.length <= longest).slice(0, 3)
  return shown.length === 0 ? '' : ` (${shown.join('; ')})`
}
