/** Shell that asks a PostgreSQL server of the host, as its own user. */
import { libraryOf } from '../../shell/library.ts'
import postgresLookText from './postgres-look.sh'

/** `ops_pg_look WORD SQL` prints `WORD=present` and what the SQL tells, `WORD=absent` where that is nothing, `WORD=unknown` without a server. */
export const postgresLookLibrary = libraryOf('postgres-look', postgresLookText)
