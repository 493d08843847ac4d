/** Shell that runs git in a repository on the host as whoever owns it. */

import { libraryOf } from '../shell/library.ts'
import gitOwnerText from './git-owner.sh'

/**
 * `ops_git_as_owner PATH WORD...`, with the way library. The settings of a repository can name programs, so that root reads none
 * that another user has written; that it is theirs is asked from inside, where nobody can put another one in its place.
 */
export const gitAsOwnerLibrary = libraryOf('git-owner', gitOwnerText)
