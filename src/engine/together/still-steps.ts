/** Steps in a row that only have to be still as they were: one look tells of them all, as nothing is applied in between. */
import { quote } from '../../shell/quote.ts'
import type { RunNames } from '../../shell/runtime.ts'
import { expectedOf, groupsOf } from '../look/look.ts'
import { guardOf } from '../look/observation.ts'
import type { PlannedStep } from '../plan/planned-step.ts'
import { groupAt, groupLines, type LineOf } from './together.ts'

/** Fewer of them are looked at one by one in the same time. */
const leastTogether = 3

/**
 * The shell for steps in order. Stretches that can be asked together are asked together first: only where the answer differs does
 * one look after the other find the step that moved. `canJoin`: what may be done together with others of its kind.
 */
export function stepLines(
  todo: readonly PlannedStep[],
  names: RunNames,
  canJoin: (planned: PlannedStep) => boolean,
  lineOf: LineOf,
  from: number,
): string[] {
  const lines: string[] = []
  let isDirty = false
  for (let at = 0; at < todo.length; ) {
    const joined = groupAt(todo, at, from, canJoin)
    if (joined.length > 1) {
      lines.push(...groupLines(joined, at, names, lineOf, from))
      isDirty = true
      at += joined.length
      continue
    }
    const stretch: readonly PlannedStep[] = isDirty ? stretchAt(todo, at) : []
    const together = stretch.length < leastTogether ? undefined : stillWords(stretch, names)
    const steps = together ? stretch : todo.slice(at, at + 1)
    const first = at
    const own = steps.map((each, index) => lineOf(each, first + index))
    lines.push(...(together ? [`ops_still ${together} || {`, ...own, '}'] : own))
    isDirty ||= steps.some(each => each.change !== undefined)
    at += steps.length
  }
  return lines
}

/** The steps from a position on that change nothing and are of one resource. */
function stretchAt(todo: readonly PlannedStep[], from: number): readonly PlannedStep[] {
  const type = todo[from]?.step.resource.type
  const end = todo.findIndex((each, at) => at >= from && (each.change || each.step.resource.type !== type))
  return todo.slice(from, end < 0 ? undefined : end)
}

/** The guard of all and the text that looks at all; undefined where their resource cannot answer together. */
function stillWords(stretch: readonly PlannedStep[], names: RunNames): string | undefined {
  const [group, ...others] = groupsOf(
    stretch.map(each => each.step),
    names,
  )
  if (group === undefined || others.length > 0) return undefined
  const observations = stretch.map(each => each.observation)
  return `${guardOf(expectedOf(group, observations, names))} ${quote(group.text)}`
}
