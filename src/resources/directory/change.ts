/** Shell that makes and removes directories, from inside them or from inside the directory that holds them. */

import { libraryOf } from '../../shell/library.ts'
import directoryChangeText from './directory-change.sh'

/** `ops_directory PATH MODE OWNER GROUP` (empty: leave), `ops_directory_absent PATH [recursive]`; with the way library. */
export const directoryChangeLibrary = libraryOf('directory-change', directoryChangeText, 'apply')
