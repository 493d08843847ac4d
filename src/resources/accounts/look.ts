/** Shell that looks at users and groups. */
import { libraryOf } from '../../shell/library.ts'
import accountLookText from './account-look.sh'

/**
 * `ops_users MARK (NAME FLAGS GROUPS)...` prints `state=` and what the flags ask for: `u` uid, `g` primary group, `h`
 * home, `s` shell, `c` comment; and which of the comma-separated groups the user is in.
 * `ops_groups MARK (NAME FLAGS WANT)...` prints `state=` and, for `i`, the gid.
 * WANT is what is to come about, `absent` or `present:UID:system|:HOME` and `present:GID`: what stands against it is told in
 * the detail as `obstacle=` and `note=` lines. Of users it needs `ops_account_expired`.
 */
export const accountLookLibrary = libraryOf('account-look', accountLookText)
