/** Shell that tells whether an account has expired. */
import { libraryOf } from '../../shell/library.ts'
import expiredLookText from './expired-look.sh'

/** `ops_account_expired USER` prints `account` or `password`, whichever has, `shadow` where PAM finds no line of theirs, and nothing where all is well or only root could tell. */
export const expiredLookLibrary = libraryOf('expired-look', expiredLookText)
