/** What a step needs on the host that is not there, and that no step before it may bring. */
import type { ErrorData } from '../../base/errors.ts'
import { anyOverlap, type Claim } from '../claims.ts'
import type { Need } from '../resource.ts'
import type { Step } from '../step.ts'

/** The error; undefined where an earlier step may bring it. */
export function needError(
  step: Step,
  need: Need,
  movers: readonly { readonly affects: readonly Claim[]; readonly isStuck: boolean }[],
  host: string,
): ErrorData | undefined {
  if (movers.some(({ affects, isStuck }) => !isStuck && mayBring(affects, need))) return undefined
  return {
    code: 'failed',
    title: `${step.name}: there is ${need.what} on the host, and no step before this one brings it`,
    host,
    step: step.name,
    ...(step.where && { where: step.where }),
    changed: 'no',
    next: need.next,
  }
}

/** A step that installs packages says which: what else their scripts may write is too wide to count. */
function mayBring(affects: readonly Claim[], { packages, by }: Need): boolean {
  const installed = affects.filter(claim => claim.startsWith('pkg:'))
  if (packages === undefined || installed.length === 0) return anyOverlap(affects, by)
  return installed.some(claim => claim === 'pkg:*' || packages.test(claim.slice('pkg:'.length)))
}
