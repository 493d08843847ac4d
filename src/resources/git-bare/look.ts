/** Shell that looks at bare git repositories. */
import { libraryOf } from '../../shell/library.ts'
import gitBareLookText from './git-bare-look.sh'

/**
 * `ops_git_look PATH FLAGS`: `d` description, `s` shared, `o`/`u` owner, `g`/`i` group. Needs no git. Of what is absent a missing
 * directory above it is the detail, of the probe `ops_git_index` (0 where that is not set).
 */
export const gitBareLookLibrary = libraryOf('git-bare-look', gitBareLookText)
