/** Holds a host that was planned again, after hosts that it reads from, against what was confirmed. */
import type { ErrorData } from '../../base/errors.ts'
import { movedError } from '../host-errors.ts'
import type { PlannedStep } from '../plan/planned-step.ts'
import { textOf } from './answers.ts'

/** `isAnnounced`: the plan told that steps may be others. A step that is the same has to look the same, where it would be written. */
export function movedWithOthers(
  host: string,
  before: readonly PlannedStep[],
  now: readonly PlannedStep[],
  isAnnounced: boolean,
): ErrorData | undefined {
  const byName = new Map(before.map(each => [each.step.name, each]))
  const isSame = ({ step }: PlannedStep) => textOf(step) === textOf(byName.get(step.name)?.step)
  if (!isAnnounced && (now.length !== before.length || !now.every(isSame)))
    return {
      code: 'moved',
      title: `${host} reads another value than when it was planned, which no step was known to change`,
      host,
      changed: 'no',
      next: 'Nothing was done on this host. Look at the new plan, then apply again.',
    }
  const at = now.findIndex(
    each => each.change && isSame(each) && each.guard !== byName.get(each.step.name)?.guard,
  )
  return at < 0 ? undefined : movedError(host, now, at, false)
}
