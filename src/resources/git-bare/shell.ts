/** Shell that looks at, makes and changes bare git repositories. */

import { libraryOf } from '../../shell/library.ts'
import gitEditText from './git-edit.sh'
import gitLookText from './git-look.sh'

/** `ops_git_look PATH FLAGS`: `d` description, `s` shared, `o`/`u` owner, `g`/`i` group. Needs no git. */
export const gitBareLookLibrary = libraryOf('git-look', gitLookText)

/** `ops_git_bare new|change PATH BRANCH DESCRIPTION SHARED OWNER GROUP` (empty: leave). */
export const gitBareEditLibrary = libraryOf('git-edit', gitEditText, 'apply')
