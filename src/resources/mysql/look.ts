/** The shell that looks at a MySQL or MariaDB server: its unit, the files that decide its settings, and what it runs with. */
import { awkWord, libraryOf } from '../../shell/library.ts'
import mysqlLookText from './mysql-look.sh'
import mysqlReadingText from './mysql-reading.awk'

/**
 * Reads option files as the server does (MySQL manual, "Using Option Files"; MariaDB, "Configuring MariaDB with Option
 * Files"): files in order, `!include` and `!includedir` where they stand, a folder's `*.cnf` sorted by bytes, files that
 * everybody may write skipped, the last of equal settings wins, the command line after all.
 *
 * In come lines: `d NAME` of the drop-in, `k KEY` wanted, `g GROUP` read, `v REGEXP` of those with a version, `f FILE` in order, `h FILE` of the server's
 * home, `a ARGUMENT` of the server, after `o PLACE` where its origin is known. Out come, for each key: `L is.KEY=VALUE` where it is set; `L over.KEY=PLACE`
 * where something wins over the drop-in, whatever that says; `T KEY GROUP FILE` where it is to be written, and `W KEY
 * GROUP FILE` where it is set now; `D ...` the same for people.
 */
const reading = mysqlReadingText

/** Builds on `service-look`. `ops_sql_server` comes first and sets `ops_kind` (absent, mariadb, mysql) and the unit. */
export const mysqlLookLibrary = libraryOf(
  'mysql-look',
  `ops_sql_reading=${awkWord(reading)}\n${mysqlLookText}`,
)
