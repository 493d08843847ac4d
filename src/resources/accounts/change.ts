/** Shell that makes, changes and removes users and groups. */
import { libraryOf } from '../../shell/library.ts'
import accountChangeText from './account-change.sh'

/**
 * `ops_user_add NAME HOME USERADD-OPTIONS...`: takes the group of that name where there is one; HOME is empty where none is to be
 * made. `ops_user_remove NAME [home]`. Both tools go to a home by its path, so that a way that others can bend is not for them.
 * `ops_account_may user|group NAME WANT` ends with 98 where something stands against it.
 */
export const accountChangeLibrary = libraryOf('account-change', accountChangeText, 'apply')
