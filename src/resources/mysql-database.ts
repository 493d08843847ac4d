/** One database of a MySQL or MariaDB server. */
import { z } from 'zod'
import { resource } from '../engine/step.ts'
import { sh } from '../shell/sh.ts'
import { mysqlDatabaseLookLibrary } from './mysql/database-look.ts'
import { mysqlLookLibrary } from './mysql/look.ts'
import { noServer, serverPackages } from './mysql/server-packages.ts'
import { replicaNotes, serverHinders } from './mysql/server-stance.ts'
import { mysqlUserChangeLibrary } from './mysql/user-change.ts'
import { readKeys } from './paths/params.ts'
import { serviceLookLibrary } from './service/look.ts'
import { unreadLookLibrary } from './unit/unread-look.ts'

const word = z.string().regex(/^[a-z0-9_]{1,64}$/, 'must be small letters, digits and _')

const params = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9_$-]{1,64}$/, 'a database name has letters, digits and _ $ - only')
      .describe('Its name.'),
    charset: word
      .optional()
      .describe(
        "Of tables that are made from then on, such as `utf8mb4`. Left out: the server's own, or as it is.",
      ),
    collation: word.optional().describe('How they compare text, such as `utf8mb4_unicode_ci`.'),
  })
  .refine(
    ({ charset, collation }) =>
      !charset ||
      !collation ||
      collation === 'binary' ||
      collation.startsWith(`${charset}_`) ||
      /^uca1400_/.test(collation),
    { path: ['collation'], message: 'belongs to another character set' },
  )

/** Servers tell by either name what they were given as `utf8`. */
const asUtf8 = (name: unknown): string => String(name).replace(/^utf8mb3(?=_|$)/, 'utf8')

/** `mysqlDatabase {name, charset?, collation?}`. */
export const mysqlDatabase = resource({
  type: 'mysqlDatabase',
  doc: 'One database of a MySQL or MariaDB server; it is never dropped, and tables that are there stay as they are.',
  undone: 'Nothing, and the plan says so: no database is ever dropped.',
  params,
  examples: [
    { title: 'A database as the server makes them', params: { name: 'shop' } },
    {
      title: 'One that holds any text',
      params: { name: 'forum', charset: 'utf8mb4', collation: 'utf8mb4_unicode_ci' },
    },
  ],
  identity: ({ name }) => name,
  library: [
    unreadLookLibrary,
    serviceLookLibrary,
    mysqlLookLibrary,
    mysqlDatabaseLookLibrary,
    mysqlUserChangeLibrary,
  ],
  probe: ({ name }) => sh`ops_sql_database ${name}`,
  parse: observation => {
    const { database = '', charset, collation, writes, stopped, server } = readKeys(observation, ['database'])
    return {
      database: stopped === undefined ? (database === 'present' ? 'present' : 'absent') : 'unknown',
      ...(charset !== undefined && { charset }),
      ...(collation !== undefined && { collation }),
      ...(writes !== undefined && { writes }),
      ...(stopped !== undefined && { stopped }),
      ...(server !== undefined && { server }),
    }
  },
  refuses: true,
  needs: ({ server }) => (server === 'absent' ? noServer : undefined),
  impossible: ({ stopped, writes }) => serverHinders(stopped, writes),
  desired: ({ charset, collation }) => ({
    database: 'present',
    ...(charset !== undefined && { charset }),
    ...(collation !== undefined && { collation }),
  }),
  same: (key, actual, desired) =>
    asUtf8(actual) === asUtf8(desired) ||
    // MariaDB tells the collations of Unicode with the character set before them.
    (key === 'collation' && String(desired).startsWith('uca1400_') && String(actual).endsWith(`_${desired}`)),
  apply: ({ keys }, { name, charset, collation }) => {
    const verb = keys.some(({ key }) => key === 'database') ? 'CREATE' : 'ALTER'
    const how = [
      ...(charset === undefined ? [] : [` CHARACTER SET ${charset}`]),
      ...(collation === undefined ? [] : [` COLLATE ${collation}`]),
    ].join('')
    return [sh`ops_sql_change '' ${name} '' '' '' ${`${verb} DATABASE \`${name}\`${how};`}`]
  },
  reads: () => [...serverPackages, 'unit:mariadb', 'unit:mysql'],
  affects: () => [],
  owns: () => [],
  notes: (detail, _given, _said, change) => replicaNotes(detail, change),
})
