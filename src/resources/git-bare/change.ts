/** Shell that makes and changes bare git repositories. */
import { libraryOf } from '../../shell/library.ts'
import gitBareChangeText from './git-bare-change.sh'

/** `ops_git_bare new|change PATH BRANCH DESCRIPTION SHARED OWNER GROUP` (empty: leave). */
export const gitBareChangeLibrary = libraryOf('git-bare-change', gitBareChangeText, 'apply')
