/** One role of a PostgreSQL server, with a password that never leaves this machine. */
import { z } from 'zod'
import { mask, Secret } from '../base/secret.ts'
import { resource } from '../engine/step.ts'
import { sh } from '../shell/sh.ts'
import { presence, readKeys } from './paths/params.ts'
import { postgresChangeLibrary } from './postgres/change.ts'
import { postgresLookLibrary } from './postgres/look.ts'
import { noPostgres, postgresClaims, postgresName, quoted } from './postgres/name.ts'
import { isStored, saltFor, scramVerifier } from './postgres/password.ts'
import { silentServer } from './postgres/silent-server.ts'

const flag = (what: string) => z.boolean().optional().describe(`${what} Left out: as it is.`)

const params = z
  .strictObject({
    name: postgresName.describe('Its name.'),
    password: z
      .instanceof(Secret)
      .optional()
      .describe('A secret param. Left out: as it is; a new role has none, and logs in by its socket alone.'),
    login: z.boolean().default(true).describe('Whether it may log in.'),
    createDatabases: flag('Whether it may make databases.'),
    superuser: flag('Whether it may do anything.'),
    memberOf: z
      .array(postgresName)
      .default([])
      .describe('Roles whose rights it has too; others that it has are left alone.'),
    state: presence('The role exists or not.'),
  })
  .refine(
    ({ name, state, superuser }) => name !== 'postgres' || (state === 'present' && superuser !== false),
    'ops itself asks the server as postgres: it has to stay, and to stay superuser',
  )

type Params = z.output<typeof params>

const yesNo = (value: boolean) => (value ? 'yes' : 'no')

/** Its columns as lines; what comes back of a stored password is its scheme and salt, and a hash of the rest. */
function query({ name }: Params): string {
  const bool = (column: string) => `case when ${column} then 'yes' else 'no' end`
  const stored =
    "case when rolpassword like 'md5%' then 'md5' else split_part(rolpassword,'$',1)||'$'||split_part(rolpassword,'$',2) end"
  const rest =
    "case when rolpassword like 'md5%' then substr(rolpassword,4) else split_part(rolpassword,'$',3) end"
  const columns = [
    `'login='||${bool('rolcanlogin')}`,
    `'createdb='||${bool('rolcreatedb')}`,
    `'superuser='||${bool('rolsuper')}`,
    `'expired='||${bool('rolvaliduntil is not null and rolvaliduntil < now()')}`,
    `'head='||coalesce(${stored},'none')`,
    `'rest='||coalesce(encode(sha256(convert_to(${rest},'UTF8')),'hex'),'none')`,
    `'member='||coalesce((select string_agg(g.rolname,' ' order by g.rolname) from pg_auth_members m join pg_roles g on g.oid=m.roleid where m.member=a.oid),'')`,
  ]
  return `set standard_conforming_strings=on; select ${columns.join('||chr(10)||')} from pg_authid a where rolname='${name}';`
}

/** A key for each group that is asked about, beside what every role has. */
type RoleState = {
  readonly role: string
} & {
  readonly [Key in
    | 'silent'
    | 'server'
    | 'password'
    | 'login'
    | 'createDatabases'
    | 'superuser'
    | 'expired']?: string
} & { readonly [Group in `in ${string}`]: string }

const memberships = (groups: readonly string[], is: (group: string) => string) =>
  Object.fromEntries(groups.map((name): [`in ${string}`, string] => [`in ${name}`, is(name)])) as {
    readonly [Group in `in ${string}`]: string
  }

/** `postgresRole {name, password, login, createDatabases, superuser, memberOf, state}`. */
export const postgresRole = resource({
  type: 'postgresRole',
  doc: 'One role of a PostgreSQL server; only what the server stores in place of its password is sent to the host.',
  undone: 'Nothing, and the plan says so: a password that was there is known to the server alone.',
  params,
  examples: [
    { title: 'An application', params: { name: 'shop', password: new Secret('x') } },
    {
      title: 'Somebody who reads what a group may read',
      params: { name: 'report', password: new Secret('x'), memberOf: ['readers'] },
    },
    { title: 'No such role', params: { name: 'old', state: 'absent' } },
  ],
  identity: ({ name }) => name,
  library: [postgresLookLibrary, postgresChangeLibrary],
  probe: given => sh`ops_pg_look role ${query(given)}`,
  parse: (observation, given): RoleState => {
    const found = readKeys(observation, ['role'])
    if (found.silent !== undefined) return { role: 'unknown', silent: found.silent }
    if (found.role !== 'present')
      return { role: 'absent', ...(found.server !== undefined && { server: found.server }) }
    const { head = '', rest = '', member = '' } = found
    const groups = member.split(' ').filter(Boolean)
    const isWanted = given.password !== undefined && isStored(given.password.reveal(), given.name, head, rest)
    return {
      role: 'present',
      password: isWanted ? mask : `not ${mask}`,
      login: found.login ?? '',
      createDatabases: found.createdb ?? '',
      superuser: found.superuser ?? '',
      expired: found.expired ?? '',
      ...memberships(given.memberOf, name => yesNo(groups.includes(name))),
    }
  },
  desired: given =>
    given.state === 'absent'
      ? { role: 'absent' }
      : {
          role: 'present',
          ...(given.password !== undefined && { password: mask, expired: 'no' }),
          login: yesNo(given.login),
          ...(given.createDatabases !== undefined && { createDatabases: yesNo(given.createDatabases) }),
          ...(given.superuser !== undefined && { superuser: yesNo(given.superuser) }),
          ...memberships(given.memberOf, () => 'yes'),
        },
  needs: ({ server }) => (server === 'absent' ? noPostgres : undefined),
  impossible: ({ silent }) => silentServer(silent),
  apply: ({ keys }, given) => {
    const role = quoted(given.name)
    if (given.state === 'absent') return [sh`ops_pg_change ${given.name} ${`drop role if exists ${role};`}`]
    const differs = (key: keyof RoleState) => keys.some(change => change.key === key)
    const word = (key: keyof RoleState, value: boolean | undefined, name: string) =>
      value !== undefined && differs(key) ? [value ? name : `no${name}`] : []
    const password = given.password?.reveal()
    const how = [
      ...word('login', given.login, 'login'),
      ...word('createDatabases', given.createDatabases, 'createdb'),
      ...word('superuser', given.superuser, 'superuser'),
      ...(password !== undefined && differs('password')
        ? [`password '${scramVerifier(password, saltFor(given.name, password))}'`]
        : []),
      ...(differs('expired') && !differs('role') ? ["valid until 'infinity'"] : []),
    ]
    const verb = differs('role') ? 'create' : 'alter'
    const groups = given.memberOf
      .filter(name => differs(`in ${name}`))
      .map(name => `grant ${quoted(name)} to ${role};`)
    const made = verb === 'create' || how.length > 0 ? [`${verb} role ${role} ${how.join(' ')};`] : []
    // All or nothing.
    return [sh`ops_pg_change ${given.name} ${`begin; ${[...made, ...groups].join(' ')} commit;`}`]
  },
  reads: () => [...postgresClaims],
  affects: () => [],
  owns: () => [],
})
