/** One database of a PostgreSQL server. */
import { z } from 'zod'
import { resource } from '../engine/step.ts'
import { sh } from '../shell/sh.ts'
import { readKeys } from './paths/params.ts'
import { postgresChangeLibrary } from './postgres/change.ts'
import { postgresLookLibrary } from './postgres/look.ts'
import { noPostgres, postgresClaims, postgresName, quoted } from './postgres/name.ts'
import { silentServer } from './postgres/silent-server.ts'

const params = z.strictObject({
  name: postgresName
    .refine(name => !/^template[01]$/.test(name), 'is one that others are made from')
    .describe('Its name.'),
  owner: postgresName
    .optional()
    .describe('The role that it belongs to. Left out: as it is; postgres for a new one.'),
  encoding: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{2,20}$/, 'must be capital letters, digits and _, such as UTF8')
    .optional()
    .describe("Such as `UTF8`; one that exists keeps its own. Left out: the server's."),
  locale: z
    .string()
    .regex(/^[A-Za-z0-9_.@-]{1,60}$/, 'must be the name of a locale')
    .optional()
    .describe('How text is compared and told apart, such as `C.UTF-8`; one that exists keeps its own.'),
})

/** `postgresDatabase {name, owner?, encoding?, locale?}`. */
export const postgresDatabase = resource({
  type: 'postgresDatabase',
  doc: 'One database of a PostgreSQL server and the role that it belongs to; it is never dropped.',
  undone: 'Nothing, and the plan says so: no database is ever dropped.',
  params,
  examples: [
    { title: 'The database of an application', params: { name: 'shop', owner: 'shop' } },
    {
      title: 'One with its own rules for text',
      params: { name: 'stock', encoding: 'UTF8', locale: 'C.UTF-8' },
    },
  ],
  identity: ({ name }) => name,
  library: [postgresLookLibrary, postgresChangeLibrary],
  probe: ({ name }) =>
    sh`ops_pg_look database ${`set standard_conforming_strings=on; select 'owner='||pg_get_userbyid(datdba)||chr(10)||'encoding='||pg_encoding_to_char(encoding)||chr(10)||'locale='||datcollate from pg_database where datname='${name}';`}`,
  parse: observation => {
    const { database, owner, encoding, locale, silent, server } = readKeys(observation, ['database'])
    return {
      database: silent === undefined ? (database === 'present' ? 'present' : 'absent') : 'unknown',
      ...(owner !== undefined && { owner }),
      ...(encoding !== undefined && { encoding }),
      ...(locale !== undefined && { locale }),
      ...(silent !== undefined && { silent }),
      ...(server !== undefined && { server }),
    }
  },
  desired: ({ owner, encoding, locale }) => ({
    database: 'present',
    ...(owner !== undefined && { owner }),
    ...(encoding !== undefined && { encoding }),
    ...(locale !== undefined && { locale }),
  }),
  // The C library takes both spellings for one.
  same: (key, actual, desired) =>
    actual === desired || (key === 'locale' && plain(String(actual)) === plain(String(desired))),
  needs: ({ server }) => (server === 'absent' ? noPostgres : undefined),
  impossible: ({ database, encoding, locale, silent }, given) => {
    if (database !== 'present') return silentServer(silent)
    const fixed = [
      given.encoding !== undefined && given.encoding !== encoding && `the encoding ${encoding}`,
      given.locale !== undefined && plain(given.locale) !== plain(String(locale)) && `the locale ${locale}`,
    ].filter(Boolean)
    return fixed.length === 0
      ? undefined
      : `the database ${given.name} was made with ${fixed.join(' and ')}, which cannot be changed: dump it and load it into a new one`
  },
  apply: ({ keys }, { name, owner, encoding, locale }) => {
    const isNew = keys.some(({ key }) => key === 'database')
    if (!isNew)
      return [sh`ops_pg_change ${name} ${`alter database ${quoted(name)} owner to ${quoted(owner ?? '')};`}`]
    const how = [
      ...(owner === undefined ? [] : [`owner ${quoted(owner)}`]),
      ...(encoding === undefined ? [] : [`encoding '${encoding}'`]),
      ...(locale === undefined ? [] : [`lc_collate '${locale}' lc_ctype '${locale}'`]),
      // The other template holds what somebody may have put in, in its own encoding.
      ...(encoding === undefined && locale === undefined ? [] : ['template template0']),
    ]
    return [sh`ops_pg_change ${name} ${`create database ${quoted(name)} ${how.join(' ')};`}`]
  },
  reads: () => [...postgresClaims],
  affects: () => [],
  owns: () => [],
})

const plain = (locale: string) => locale.toLowerCase().replaceAll('-', '')
