/** Refuses groups that contain themselves, or are nested beyond any use. */
import { type ErrorData, inputError } from '../base/errors.ts'
import type { InventoryGroup } from './inventory.ts'

const deepest = 50

/** One error per cycle, told at the group through which it was found. */
export function findCycles(groups: ReadonlyMap<string, InventoryGroup>): readonly ErrorData[] {
  const errors: ErrorData[] = []
  const done = new Set<string>()
  const visit = (group: InventoryGroup, path: readonly string[]): void => {
    if (done.has(group.name)) return
    const before = path.indexOf(group.name)
    if (before >= 0 || path.length >= deepest) {
      const names = [...path.slice(Math.max(0, before)), group.name]
      const title =
        before >= 0
          ? `group ${group.name} contains itself: ${names.join(' > ')}`
          : `groups are nested deeper than ${deepest} levels at ${group.name}`
      errors.push(inputError(title, { where: group.where, next: 'Take it out of one of these groups.' }).data)
      return
    }
    for (const member of group.members) {
      const inner = groups.get(member)
      // One report of a chain is enough.
      if (inner && errors.length === 0) visit(inner, [...path, group.name])
    }
    done.add(group.name)
  }
  for (const group of groups.values()) visit(group, [])
  return errors
}
