/** The shell that looks at systemd units: one systemctl and one sha256sum for however many. */

import { libraryOf } from '../../shell/library.ts'
import serviceLookText from './service-look.sh'

/**
 * `ops_units MARK (UNIT =restart|reload:RUNNING:ENABLED ^PORT... PATH...)...` prints each unit's state; MARK empty for a
 * single one. RUNNING and ENABLED are what is wanted: yes, no or empty.
 *
 * Whether a running unit has loaded what it follows is an observation: `/run/ops/loaded/ID` holds the InvocationID and
 * StateChangeTimestampMonotonic of a proved start or reload and what each path held then; its own time is the moment
 * before that load. Without it for this invocation, times decide: mtime and ctime against the beginning of the start.
 * A path that was not recorded is judged by times against the record.
 */
export const serviceLookLibrary = libraryOf('service-look', serviceLookText)
