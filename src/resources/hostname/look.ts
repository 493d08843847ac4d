/** Shell that looks at the name of a host: hostname(5), and the line 127.0.1.1 that Debian's installer writes. */
import { libraryOf } from '../../shell/library.ts'
import hostnameLookText from './hostname-look.sh'

/**
 * `ops_hostname_look NAME` prints `now=` the name that the kernel has, `static=` what /etc/hostname says (`none`), and `address=`
 * `named` where the line 127.0.1.1 of /etc/hosts has NAME (and its first label), `other`, or `none` where there is no such line.
 */
export const hostnameLookLibrary = libraryOf('hostname-look', hostnameLookText)
