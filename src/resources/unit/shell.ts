/** Shell that looks at unit files of systemd and writes them. */
import { libraryOf } from '../../shell/library.ts'
import unitFileText from './unit-file.sh'
import unitWriteText from './unit-write.sh'

/**
 * `ops_unit_file_look NAME` prints `systemd=yes|no`, and of a file that is there whether systemd has `loaded=yes|no` what is on disk, and
 * whether the unit `runs=yes|no`.
 */
export const unitFileLibrary = libraryOf('unit-file', unitFileText)

/** `ops_unit_file NAME CONTENT`, which systemd-analyze accepts before it is put there; `ops_unit_file_absent NAME`. */
export const unitWriteLibrary = libraryOf('unit-write', unitWriteText, 'apply')
