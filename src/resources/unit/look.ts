/** Shell that looks at unit files of systemd. */
import { libraryOf } from '../../shell/library.ts'
import unitLookText from './unit-look.sh'

/**
 * `ops_unit_file_look NAME [TIME]...` prints `systemd=yes|no`; `calendar=` a TIME that is new and none to systemd; and of a file that is
 * there whether systemd has `loaded=yes|no` what is on disk, whether the unit `runs=yes|no`, `dropIns=` the files that systemd reads
 * beside it, and of a timer `times=` those of them that say when.
 */
export const unitLookLibrary = libraryOf('unit-look', unitLookText)
