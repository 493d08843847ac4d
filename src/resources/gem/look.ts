/** The shell that looks at gems, all in one start of ruby. */
import { libraryOf } from '../../shell/library.ts'
import gemLookText from './gem-look.sh'

/** `ops_gems MARK NAME...` prints for each what versions there are, newest first; none also where there is no ruby. */
export const gemLookLibrary = libraryOf('gem-look', gemLookText)
