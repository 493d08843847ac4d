/** Names in a PostgreSQL server, and what their steps claim and need. */
import { z } from 'zod'
import type { Need } from '../../engine/resource.ts'
import { programFolders } from '../paths/program-folders.ts'

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

export const noPostgres: Need = {
  what: 'no PostgreSQL server',
  packages: /(^|-)postgresql(-[\d.]+|-all)?$|^(edb|postgrespro)-/,
  by: programFolders,
  next: "Put a step before it that installs one, such as apt({ packages: ['postgresql'] }).",
}
