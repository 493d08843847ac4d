/** Shell that looks at one account of a MySQL or MariaDB server, and makes, changes and removes it. */

import { libraryOf } from '../../shell/library.ts'
import mysqlUserChangeText from './mysql-user-change.sh'
import mysqlUserLookText from './mysql-user-look.sh'

/** Builds on the look. No password passes through here: only what the server stores in place of it. */
export const mysqlUserLook = libraryOf('mysql-user-look', mysqlUserLookText)

/**
 * `ops_sql_change VERB ACCOUNT MARIADB-CLAUSE OLD-MYSQL-CLAUSE MYSQL-CLAUSE STATEMENTS`: VERB is CREATE, ALTER or empty;
 * the clause says how the account is identified.
 */
export const mysqlUserChange = libraryOf('mysql-user-change', mysqlUserChangeText, 'apply')
