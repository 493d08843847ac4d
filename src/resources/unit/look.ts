/** Shell that looks at unit files of systemd. */
import { libraryOf } from '../../shell/library.ts'
import unitLookText from './unit-look.sh'

/**
 * `ops_unit_file_look NAME` prints `systemd=yes|no`, and of a file that is there whether systemd has `loaded=yes|no` what is on disk, and
 * whether the unit `runs=yes|no`.
 */
export const unitLookLibrary = libraryOf('unit-look', unitLookText)
