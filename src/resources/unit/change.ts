/** Shell that writes unit files of systemd, and removes them. */
import { libraryOf } from '../../shell/library.ts'
import unitChangeText from './unit-change.sh'

/** `ops_unit_file NAME CONTENT`, which systemd-analyze accepts before it is put there; `ops_unit_file_absent NAME`. */
export const unitChangeLibrary = libraryOf('unit-change', unitChangeText, 'apply')
