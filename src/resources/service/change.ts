/** The shell that starts, reloads and stops units, proves that it worked, and takes a bad configuration back. */

import { libraryOf } from '../../shell/library.ts'
import serviceChangeText from './service-change.sh'

/**
 * `ops_unit_change UNIT restart|reload RUNNING ENABLED CHECK LISTENS SECONDS PROOF PATH...` on top of `service-look` and the
 * write library. RUNNING and ENABLED are yes, no or empty. A service that runs and owes nothing is left alone.
 * Exit 97: the change was refused and what this run had changed is back and proved; 96: it could not be put back.
 */
export const serviceChangeLibrary = libraryOf('service-change', serviceChangeText, 'apply')
