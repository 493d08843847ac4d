/** What a server itself says against a change of what it holds: it does not run, takes none, or is a replica. */
import type { Change, Value } from '../../engine/resource.ts'
import { readOnlyServer } from './read-only.ts'
import { toldLines } from './told-lines.ts'

/** Of a server that does not run nobody knows what it holds. `stopped` is its unit, `writes` the setting that shuts out root. */
export function serverHinders(stopped: Value | undefined, writes: Value | undefined): string | undefined {
  if (stopped !== undefined)
    return `${stopped} does not run, so that nobody can tell what it holds: start it (systemctl start ${stopped}), or write a step before that does: service({ unit: '${stopped}', running: true })`
  return writes === undefined ? undefined : readOnlyServer(writes)
}

/** From the detail of the look: root may change what a replica holds, and its source knows nothing of it. */
export function replicaNotes(detail: string, change: Change | undefined): string[] {
  if (change === undefined) return []
  return toldLines(detail)('read-only ').map(
    setting =>
      `the server is read-only (${setting}), as replicas are: what is changed here is not on its source, and may stop the replication`,
  )
}
