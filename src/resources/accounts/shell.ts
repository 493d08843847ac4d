/** Shell that looks at users and groups, and makes, changes and removes them. */

import { libraryOf } from '../../shell/library.ts'
import accountChangeText from './account-change.sh'
import accountLookText from './account-look.sh'

/**
 * `ops_users MARK (NAME FLAGS GROUPS)...` prints `state=` and what the flags ask for: `u` uid, `g` primary group, `h`
 * home, `s` shell, `c` comment; and which of the comma-separated groups the user is in.
 * `ops_groups MARK (NAME FLAGS WANT)...` prints `state=` and, for `i`, the gid.
 * WANT is what is to come about, `absent` or `present:UID:system|:HOME` and `present:GID`: what stands against it is told in
 * the detail as `obstacle=` and `note=` lines.
 */
export const accountLookLibrary = libraryOf('account-look', accountLookText)

/**
 * `ops_user_add NAME HOME USERADD-OPTIONS...`: takes the group of that name where there is one; HOME is empty where none is to be
 * made. `ops_user_remove NAME [home]`. Both tools go to a home by its path, so that a way that others can bend is not for them.
 * `ops_account_may user|group NAME WANT` ends with 98 where something stands against it.
 */
export const accountChangeLibrary = libraryOf('account-change', accountChangeText, 'apply')
