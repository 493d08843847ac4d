/** What a step that only looks found wrong, a line each. */
import type { Finding, KeyChange } from '../../run/plan.ts'
import type { Observation } from '../look/observation.ts'
import type { Change } from '../resource.ts'
import type { Step } from '../step.ts'

/** What the resource itself makes of its look; else, where it only looks, each key that no earlier step may mend. */
export function findingsOf(
  { resource, params }: Step,
  { bytes }: Observation,
  { keys }: Change,
  isReached: boolean,
): readonly Finding[] {
  if (resource.findings) return resource.findings(bytes.toString('utf8'), params)
  if (resource.apply || isReached) return []
  return keys.map(each => ({ what: differenceText(each), next: 'fix it on the host' }))
}

/** One key, as a sentence says it. */
export function differenceText({ key, from, to }: KeyChange): string {
  return `${key} is ${from ?? 'unknown'}, wanted ${to}`
}

/** Without secrets. */
export function maskedFinding({ what, since, next }: Finding, masked: (text: string) => string): Finding {
  return { what: masked(what), ...(since !== undefined && { since }), next: masked(next) }
}
