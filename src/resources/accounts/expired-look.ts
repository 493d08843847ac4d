/** Shell that tells whether an account has expired. */
import { libraryOf } from '../../shell/library.ts'
import expiredLookText from './expired-look.sh'

/** `ops_account_expired USER` prints `account` or `password`, whichever has, and nothing where neither has or only root could tell. */
export const expiredLookLibrary = libraryOf('expired-look', expiredLookText)
