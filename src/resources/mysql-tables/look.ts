/** Shell that lets a MySQL or MariaDB server check its own tables. */
import { libraryOf } from '../../shell/library.ts'
import mysqlTablesLookText from './mysql-tables-look.sh'

/** `ops_mysql_tables [DATABASE ...]` prints `table NAME SAID` of each that is not in order, `silent SAID`, or `missing`. */
export const mysqlTablesLookLibrary = libraryOf('mysql-tables-look', mysqlTablesLookText)
