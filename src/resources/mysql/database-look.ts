/** Shell that looks at one database of a MySQL or MariaDB server. */
import { libraryOf } from '../../shell/library.ts'
import mysqlDatabaseLookText from './mysql-database-look.sh'

/** Builds on `mysql-look`. `ops_sql_database NAME` prints `database=present|absent|unknown` and its `charset=` and `collation=`. */
export const mysqlDatabaseLookLibrary = libraryOf('mysql-database-look', mysqlDatabaseLookText)
