/** Which hosts of a run an undo asks, as far as this machine knows: the truth is in the record of each host. */
import type { HostOfRun, RunInFull, RunState } from '../../run/run-history.ts'

export interface HostsToUndo {
  /** A step has begun there: they have a record. */
  readonly begun: readonly string[]
  /** The run was cut off, or its connection: they may have a record. */
  readonly unknown: readonly string[]
}

const openEnds: readonly RunState[] = ['unknown', 'lost', 'interrupted']

export function hostsToUndo({ hosts }: RunInFull): HostsToUndo {
  // What was done on a balancer is in no record of the host that it was done for.
  const isBegun = ({ steps }: HostOfRun): boolean => steps.some(each => each.on === undefined)
  const others = hosts.filter(each => !isBegun(each))
  return {
    begun: hosts.filter(isBegun).map(each => each.host),
    unknown: others.filter(each => openEnds.includes(each.status)).map(each => each.host),
  }
}
