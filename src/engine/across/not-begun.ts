/** Why a host of a run was not begun: another one that it needs did not come to a good end. */
import { OpsError } from '../../base/errors.ts'
import type { HostStatus } from '../../run/host-status.ts'

/** Nothing was applied on the host that waited. */
export class NotBegun extends OpsError {}

export function notBegun(host: string, name: string, status: HostStatus = 'failed'): NotBegun {
  const how = words[status] ?? `is ${status}`
  return new NotBegun({
    code: 'failed',
    title: `${host} was not begun: it comes after ${name}, which ${how}`,
    host,
    changed: 'no',
    next: `Mend ${name}, then run the same command again.`,
  })
}

/** Some steps alone are asked for: what is out before that is not put back, and another host must not leave as well. */
export function isOutSince(host: string, other: string, balancer: string): OpsError {
  return new OpsError({
    code: 'failed',
    title: `${host} was not begun: ${other} is out of ${balancer} since an earlier run`,
    host,
    changed: 'no',
    next: `Apply ${other} without --only first: it is put back once all its steps hold.`,
  })
}

const words: Readonly<Record<string, string>> = {
  failed: 'failed',
  lost: 'was lost',
  'not-begun': 'was not begun either',
  interrupted: 'was interrupted',
  unreachable: 'could not be reached',
  drift: 'was not applied',
}

/** Hosts that wait for one another: none of them could begin. */
export function circle(names: readonly string[]): OpsError {
  const [first = '', second = first] = names
  return new OpsError({
    code: 'input',
    title: `${first} and ${second} wait for one another: ${[...names, first].join(' -> ')}`,
    changed: 'no',
    next: 'One of them has to do without the other: let a host that is done first hold what each needs of all, or give it as a param.',
  })
}
