/** The shell that looks at gems, all in one start of ruby, and installs them. */

import { libraryOf } from '../../shell/library.ts'
import gemChangeText from './gem-change.sh'
import gemLookText from './gem-look.sh'

/** `ops_gems MARK NAME...` prints for each what versions there are, newest first; none also where there is no ruby. */
export const gemLook = libraryOf('gem-look', gemLookText)

/** `ops_gem_install NAME FILE ARGUMENT...`: the last line says why a native part could not be built. */
export const gemChange = libraryOf('gem-change', gemChangeText, 'apply')
