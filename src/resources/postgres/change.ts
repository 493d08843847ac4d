/** Shell that changes a PostgreSQL server of the host. */
import { libraryOf } from '../../shell/library.ts'
import postgresChangeText from './postgres-change.sh'

/** `ops_pg_change NAME SQL...`, in this order. */
export const postgresChangeLibrary = libraryOf('postgres-change', postgresChangeText, 'apply')
