/** Shell that asks a PostgreSQL server of the host, as its own user, and changes it. */
import { z } from 'zod'
import { libraryOf } from '../../shell/library.ts'
import postgresText from './postgres.sh'
import postgresChangeText from './postgres-change.sh'

/** `ops_pg_look WORD SQL` prints `WORD=present` and what the SQL tells, `WORD=absent` where that is nothing, `WORD=unknown` without a server. */
export const postgresLook = libraryOf('postgres', postgresText)

/** `ops_pg_change NAME SQL...`, in this order. */
export const postgresChange = libraryOf('postgres-change', postgresChangeText, 'apply')

/** What a server keeps whole (NAMEDATALEN), and what needs no escape in SQL. */
export const postgresName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_$-]{0,62}$/,
    'must have up to 63 letters, digits and _ $ - and begin with a letter',
  )
  .refine(name => !/^pg_/i.test(name), 'must not begin with pg_, which belongs to PostgreSQL')

/** As a name in SQL. */
export const quoted = (name: string): string => `"${name}"`

/** Only a server that runs knows what it holds. */
export const postgresClaims = ['pkg:postgresql', 'unit:postgresql'] as const
