/** What a recipe says of an account. */
import { z } from 'zod'
import { Secret } from '../../base/secret.ts'
import { presence } from '../paths/params.ts'
import { hostPattern, isNetwork } from './host-pattern.ts'

const databaseName = /^[A-Za-z0-9_$-]{1,64}$/

/** What there is on a database, in the words of SHOW GRANTS; MariaDB alone has the last two. Others would fail half-way, after CREATE USER. */
const databaseRights: readonly string[] = [
  ...['ALL PRIVILEGES', 'USAGE', 'SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE', 'DROP', 'REFERENCES'],
  ...['INDEX', 'ALTER', 'CREATE TEMPORARY TABLES', 'LOCK TABLES', 'EXECUTE', 'CREATE VIEW', 'SHOW VIEW'],
  ...['CREATE ROUTINE', 'ALTER ROUTINE', 'EVENT', 'TRIGGER', 'GRANT OPTION'],
  ...['DELETE HISTORY', 'SHOW CREATE ROUTINE'],
]

const spelledOtherwise: Readonly<Record<string, string>> = {
  ALL: 'ALL PRIVILEGES',
  GRANT: 'GRANT OPTION',
  'DELETE VERSIONING ROWS': 'DELETE HISTORY',
}

const right = z
  .string()
  .regex(/^[A-Za-z]+( [A-Za-z]+)*$/, 'a right is words such as SELECT or CREATE VIEW')
  .transform(text => spelledOtherwise[text.toUpperCase()] ?? text.toUpperCase())
  .refine(
    text => databaseRights.includes(text),
    'must be a right on a database, such as SELECT: rights on the whole server (SUPER, PROCESS, RELOAD) are not given here',
  )

/** The params of `mysqlUser`. */
export const accountParams = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9_.@-]{1,32}$/, 'a user name has up to 32 letters, digits and _ . @ - only')
      .describe('The user name.'),
    from: z
      .string()
      .regex(
        /^[A-Za-z0-9.%_:-]{1,60}(\/[0-9.]{1,15})?$/,
        'must be an address, a network such as 10.0.0.0/24, a host name, or a pattern with %',
      )
      .refine(from => !from.includes('/') || isNetwork(from), 'must be a network such as 10.0.0.0/24')
      .transform(hostPattern)
      .describe('Where it may come from: an address, a network, a host name, or a pattern such as 10.0.0.%.'),
    password: z.instanceof(Secret).optional().describe('A secret param; needed unless `absent`.'),
    rights: z
      .record(z.string(), z.array(right).min(1))
      .refine(
        rights => Object.keys(rights).every(name => databaseName.test(name)),
        'a database name has letters, digits and _ $ - only',
      )
      .default({})
      .describe(
        'Exactly what it may do in each of these databases (`USAGE`: nothing); others are left alone.',
      ),
    tls: z.boolean().optional().describe('Whether it must connect through TLS. Left out: as it is.'),
    state: presence('The account exists or not.'),
  })
  .refine(given => given.state === 'absent' || given.password !== undefined, 'an account needs a `password`')

export type AccountParams = z.output<typeof accountParams>
