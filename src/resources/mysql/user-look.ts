/** Shell that looks at one account of a MySQL or MariaDB server. */
import { libraryOf } from '../../shell/library.ts'
import mysqlUserLookText from './mysql-user-look.sh'

/** Builds on the look. No password passes through here: only what the server stores in place of it. */
export const mysqlUserLookLibrary = libraryOf('mysql-user-look', mysqlUserLookText)
