/** Why a server takes no change, not even of root. */
import type { Value } from '../../engine/resource.ts'

/** From the setting that says so, such as `super_read_only=ON`. */
export function readOnlyServer(setting: Value): string {
  return `the server takes no changes, not even of root (${setting}): if it is a replica, make the change on its source`
}
