/** The shell that installs gems. */
import { libraryOf } from '../../shell/library.ts'
import gemChangeText from './gem-change.sh'

/** `ops_gem_install NAME FILE ARGUMENT...`: the last line says why a native part could not be built. */
export const gemChangeLibrary = libraryOf('gem-change', gemChangeText, 'apply')
