/** Shell that writes settings of a PostgreSQL server, and brings them into force. */
import { libraryOf } from '../../shell/library.ts'
import settingsChangeText from './postgres-settings-change.sh'

/**
 * Builds on the look, the write library and `service-change`. `ops_pg_settings SQL NAME RESTART SECONDS CHECK WRITES WORD...` writes the words (`KEY` is
 * taken out, `KEY`, tab and `LINE` set) where WRITES is not empty, has CHECK answered by the server (any line: the file is put back), and loads:
 * by a start where RESTART is not empty. Exit 97: all is back as it was.
 */
export const settingsChangeLibrary = libraryOf('postgres-settings-change', settingsChangeText, 'apply')
