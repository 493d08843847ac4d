/** The one place where actual and desired are compared. */
import type { Change, KeyChange, Resource, State } from './resource.ts'

/** What has to change, or undefined when every desired key already holds. */
export function changeOf(
  resource: Pick<Resource<unknown>, 'same'>,
  actual: State,
  desired: State,
): Change | undefined {
  const keys: KeyChange[] = []
  for (const [key, to] of Object.entries(desired)) {
    const from = actual[key]
    const same = from !== undefined && (resource.same ? resource.same(key, from, to) : from === to)
    if (!same) keys.push({ key, from, to })
  }
  return keys.length > 0 ? { actual, desired, keys } : undefined
}
