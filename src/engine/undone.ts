/** Finds steps that were as wanted and are not any more at the end of the run. */
import type { ErrorData } from '../base/errors.ts'
import { anyOverlap, type Claim, inOneFile } from './claims.ts'
import type { PlannedStep } from './plan/planned-step.ts'
import { namedAlike, readsOf, stirsOf, whoMoved } from './reach.ts'

/**
 * Compares the last look with what is wanted. A step that a later one undid names both; one that nothing of ours
 * touched was moved by somebody else.
 */
export function undoneSteps(
  host: string,
  planned: readonly PlannedStep[],
  last: readonly PlannedStep[],
  applied: ReadonlySet<number>,
  foreign: readonly number[],
): ErrorData[] {
  return last.flatMap((each, index): ErrorData[] => {
    if (!each.change) return []
    const otherNames = planned[index]?.otherNames ?? []
    const reads = [...readsOf(each.step), ...otherNames]
    const after = planned.filter((_, at) => at > index && applied.has(at))
    const named = after.filter(other => anyOverlap(other.affects, reads))
    const beside = after.filter(other => inOneFile(other.affects, [...ownsOf(each), ...otherNames]))
    const stirring = after.filter(other => anyOverlap(stirsOf(other.step), reads))
    const direct = named.length > 0 ? named : beside
    const later = direct.length > 0 ? direct : stirring
    const keys = each.change.keys
      .map(key => `${key.key} is ${key.from ?? 'unknown'}, wanted ${key.to}`)
      .join('; ')
    const common = {
      host,
      step: each.step.name,
      detail: keys,
      ...(each.step.where && { where: each.step.where }),
      changed: 'yes' as const,
    }
    if (later.length === 0 && (foreign.includes(index) || applied.has(index))) {
      return [
        {
          code: 'moved',
          title: `${each.step.name} was changed ${whoMoved(each.step, after, 'during the run')}`,
          ...common,
          next: 'Look at the new plan, then apply again.',
        },
      ]
    }
    const names =
      later.map(other => other.step.name).join(', ') || namedAlike(each.step, after) || 'a later step'
    return [
      {
        code: 'undone',
        title:
          direct.length > 0 || stirring.length === 0
            ? `${each.step.name} was undone by ${names}`
            : `${each.step.name} was undone by ${names}, by something that this started, or by somebody else`,
        ...common,
        next: 'Two steps of the recipe want different things: make them agree.',
      },
    ]
  })
}

const ownsOf = ({ step }: PlannedStep): readonly Claim[] => step.resource.owns?.(step.params) ?? []
