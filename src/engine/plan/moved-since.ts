/** Holds a host against a saved plan: another machine, or other observations, mean that it moved. */
import type { ErrorData } from '../../base/errors.ts'
import type { PlannedStep } from './planned-step.ts'
import type { SavedHost } from './saved-plan.ts'

/** One error for each step that is not as it was when the plan was saved; empty when all guards hold. */
export function movedSince(
  host: string,
  saved: SavedHost,
  planned: readonly PlannedStep[],
  machineId: string,
): ErrorData[] {
  const next = 'Nothing was applied on any host. Make a new plan, look at it, then apply that.'
  if (saved.machineId !== machineId) {
    const title = `${host} is not the machine that the plan was made on`
    const detail = `its machine id is ${machineId || 'unknown'}, the plan was made on ${saved.machineId || 'unknown'}`
    return [{ code: 'moved', title, detail, host, changed: 'no', next }]
  }
  // Applied already, by whomever: nothing is left to do, and so nothing to refuse.
  if (planned.every(each => !each.change)) return []
  return planned.flatMap((each, index): ErrorData[] => {
    if (saved.steps[index]?.guard === each.guard || each.step.resource.onlyWatches) return []
    const { name, where } = each.step
    return [
      {
        code: 'moved',
        title: `${name} was changed since the plan was saved`,
        host,
        step: name,
        ...(where && { where }),
        changed: 'no',
        next,
      },
    ]
  })
}
