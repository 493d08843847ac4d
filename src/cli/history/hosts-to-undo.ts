/** Which hosts of a run an undo asks, as far as this machine knows: the truth is in the record of each host. */
import type { RunInFull, RunState } from '../../run/run-history.ts'

export interface HostsToUndo {
  /** A step has begun there: they have a record. */
  readonly begun: readonly string[]
  /** The run was cut off, or its connection: they may have a record. */
  readonly unknown: readonly string[]
}

const openEnds: readonly RunState[] = ['unknown', 'lost', 'interrupted']

export function hostsToUndo({ hosts }: RunInFull): HostsToUndo {
  const [begun, others] = [
    hosts.filter(each => each.steps.length > 0),
    hosts.filter(each => each.steps.length === 0),
  ]
  return {
    begun: begun.map(each => each.host),
    unknown: others.filter(each => openEnds.includes(each.status)).map(each => each.host),
  }
}
