/** The shell that writes settings of a MySQL or MariaDB server where they win, and brings them into force. */

import { libraryOf } from '../../shell/library.ts'
import mysqlChangeText from './mysql-change.sh'

/**
 * Builds on the look, `service-change`, the write library and `option-change`.
 * `ops_sql_apply NAME refuse|edit RESTART SECONDS LISTENS LISTENING COUNT (KEY VALUE)...` writes the pairs, checks the
 * whole configuration, and restarts (yes) or starts the server when asked. Exit 97: all is back as it was, and proved.
 */
export const mysqlChangeLibrary = libraryOf('mysql-change', mysqlChangeText, 'apply')
