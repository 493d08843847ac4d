/** The shell that says who listens on a TCP port of this host. */

import { libraryOf } from '../../shell/library.ts'
import portText from './port.sh'

/**
 * `ops_port_holder UNIT PORT [ADDRESS]` prints `NAME (pid N)` of a process outside of UNIT that listens where PORT is
 * wanted, and nothing where there is none or only root could see it. ADDRESS as in /proc/net/tcp (proc(5)); without it
 * any one counts, and so does whoever has them all.
 */
export const portLibrary = libraryOf('port', portText)
