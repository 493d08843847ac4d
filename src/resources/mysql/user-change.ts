/** Shell that makes, changes and removes one account of a MySQL or MariaDB server. */
import { libraryOf } from '../../shell/library.ts'
import mysqlUserChangeText from './mysql-user-change.sh'

/**
 * `ops_sql_change VERB ACCOUNT MARIADB-CLAUSE OLD-MYSQL-CLAUSE MYSQL-CLAUSE STATEMENTS`: VERB is CREATE, ALTER or empty;
 * the clause says how the account is identified.
 */
export const mysqlUserChangeLibrary = libraryOf('mysql-user-change', mysqlUserChangeText, 'apply')
