/** One account of a MySQL or MariaDB server, with a password that never leaves this machine and rights on databases. */
import { createHash } from 'node:crypto'
import { isIPv4 } from 'node:net'
import { z } from 'zod'
import { mask, Secret } from '../base/secret.ts'
import type { Claim } from '../engine/claims.ts'
import type { Change, State } from '../engine/resource.ts'
import { resource } from '../engine/step.ts'
import { type Shell, sh } from '../shell/sh.ts'
import { mysqlLook } from './mysql/look.ts'
import { cachingSha2Password, nativePassword, saltFor, saltOf, shaCryptDigest } from './mysql/password.ts'
import { mysqlUserChange, mysqlUserLook } from './mysql/user-shell.ts'
import { serviceLook } from './service/look.ts'

const databaseName = /^[A-Za-z0-9_$-]{1,64}$/

const right = z
  .string()
  .regex(/^[A-Za-z]+( [A-Za-z]+)*$/, 'a right is words such as SELECT or CREATE VIEW')
  .transform(text => text.toUpperCase())
  .transform(text => (text === 'ALL' ? 'ALL PRIVILEGES' : text))

const params = z
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
      .describe('Exactly what it may do in each of these databases; others are left alone.'),
    tls: z.boolean().optional().describe('Whether it must connect through TLS. Left out: as it is.'),
    state: z.enum(['present', 'absent']).default('present').describe('The account exists or not.'),
  })
  .refine(given => given.state === 'absent' || given.password !== undefined, 'an account needs a `password`')

type Params = z.output<typeof params>

/** `mysqlUser {name, from, password, rights, tls, state}`. */
export const mysqlUser = resource({
  type: 'mysqlUser',
  doc: 'One account of a MySQL or MariaDB server and its rights on databases; only the hash of its password is sent to the host.',
  params,
  examples: [
    {
      title: 'An application on another machine',
      params: {
        name: 'app',
        from: '192.0.2.20',
        password: new Secret('x'),
        rights: { shop: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
      },
    },
    {
      title: 'Somebody who only reads, from one network and through TLS',
      params: {
        name: 'report',
        from: '192.0.2.0/24',
        password: new Secret('x'),
        rights: { shop: ['SELECT'], stock_2: ['SELECT'] },
        tls: true,
      },
    },
    { title: 'No such account', params: { name: 'old', from: '%', state: 'absent' } },
  ],
  identity: ({ name, from }) => `${name}@${from}`,
  library: [serviceLook, mysqlLook, mysqlUserLook, mysqlUserChange],
  probe: given =>
    sh`ops_sql_user ${accountQuery(given)} ${accountOf(given)} ${Object.keys(given.rights).map(asPattern)}`,
  parse: (observation, given) => parse(observation, given),
  desired: given =>
    given.state === 'absent'
      ? { account: 'absent' }
      : {
          account: 'present',
          password: mask,
          login: 'allowed',
          ...(given.tls !== undefined && { tls: given.tls ? 'required' : 'not required' }),
          ...Object.fromEntries(
            Object.entries(given.rights).map(([database, rights]) => [`on ${database}`, sorted(rights)]),
          ),
        },
  impossible: (actual, given) => {
    if (given.state === 'absent') return undefined
    if (given.tls === true && actual.encryption === 'none')
      return 'the server offers no TLS, so that nobody could log in with this account: give the server a certificate first (ssl_cert and ssl_key)'
    return lostWayIn(actual)
  },
  apply: (change, given) => [write(change, given)],
  // Only a server that runs knows its accounts.
  reads: () => [...servers.map((name): Claim => `pkg:${name}`), 'unit:mariadb', 'unit:mysql'],
  affects: () => [],
  owns: () => [],
  notes: (detail, given) => notesOf(detail, given),
})

const servers = ['mariadb-server', 'mysql-server', 'default-mysql-server']

/** An IPv4 address, and after it a number of bits or a mask of them: MariaDB knows no networks of IPv6. */
function isNetwork(from: string): boolean {
  const [address = '', mask = ''] = from.split('/')
  return isIPv4(address) && (/^\d{1,2}$/.test(mask) ? Number(mask) <= 32 : isIPv4(mask))
}

/** Networks are written with a mask, which all versions know; an address inside of one would never match. */
function hostPattern(from: string): string {
  const [address = '', length] = from.split('/')
  if (length === undefined) return from.toLowerCase()
  const bits = Number(length)
  const mask = length.includes('.')
    ? bytesOf(length)
    : bytesOf(bits === 0 ? 0 : (2 ** 32 - 2 ** (32 - bits)) >>> 0)
  return `${bytesOf(address)
    .map((byte, at) => byte & (mask[at] ?? 0))
    .join('.')}/${mask.join('.')}`
}

function bytesOf(address: string | number): number[] {
  if (typeof address === 'string') return address.split('.').map(Number)
  return [24, 16, 8, 0].map(shift => (address >>> shift) & 255)
}

/** Names hold no quotes and no backslashes, in whichever mode the server reads its SQL. */
function accountOf({ name, from }: Params): string {
  return `'${name}'@'${from}'`
}

/** In rights on databases `_` and `%` are wildcards: `my_shop` alone would open `my1shop` as well. */
function asPattern(database: string): string {
  return database.replaceAll('_', '\\_')
}

/** MySQL told it by the first until 8.3 and tells it by the second since; MariaDB by the first. */
const offersTls =
  "SELECT 'asked=tls'; SHOW GLOBAL VARIABLES LIKE 'have_ssl'; SHOW GLOBAL STATUS LIKE 'Ssl_server_not_after';"

/** What comes back of the stored password is the scheme and salt, and a hash of the rest. */
function accountQuery({ name, from, rights, tls }: Params): string {
  const where = `FROM mysql.user WHERE User='${name}' AND Host='${from}'`
  const names = Object.keys(rights).map(database => `'${database}'`)
  const sha2 = "plugin='caching_sha2_password'"
  return [
    `SELECT CONCAT('plugin=',plugin) ${where};`,
    `SELECT CONCAT('tls=',ssl_type) ${where};`,
    `SELECT CONCAT('head=',HEX(LEFT(authentication_string,27))) ${where} AND ${sha2};`,
    `SELECT CONCAT('hash=',SHA2(IF(${sha2},SUBSTRING(authentication_string,28),UPPER(authentication_string)),256)) ${where};`,
    `SELECT CONCAT('database=',SCHEMA_NAME) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME IN (${['NULL', ...names]});`,
    ...(tls ? [offersTls] : []),
  ].join('')
}

const sorted = (rights: readonly string[]): string => [...new Set(rights)].sort().join(', ')

function parse(observation: string, given: Params): State {
  const found = new Map<string, string>()
  for (const line of observation.split('\n')) {
    const at = line.indexOf('=')
    if (at > 0) found.set(line.slice(0, at), line.slice(at + 1))
  }
  const account = found.get('account')
  if (account === undefined) throw new TypeError(`not an observation of an account: ${observation}`)
  const encryption = found.get('encryption')
  const server: State = encryption === undefined ? {} : { encryption }
  // Without a running server there is nobody to know the account.
  if (account !== 'present') return { account: 'absent', ...server }
  const rights = Object.keys(given.rights).map(database => {
    const granted =
      found
        .get(`on.${asPattern(database)}`)
        ?.split(', ')
        .filter(each => each !== 'USAGE') ?? []
    return [`on ${database}`, granted.length === 0 ? 'nothing' : sorted(granted)]
  })
  const methods = found.get('methods')?.split(',') ?? (found.get('plugin') ? [`${found.get('plugin')}`] : [])
  const barred = ['locked', 'expired'].filter(word => found.get(word) === 'yes')
  return {
    ...server,
    account,
    methods: methods.map(each => each.trim()).join(','),
    login: barred.length === 0 ? 'allowed' : barred.join(' and '),
    password: given.password && isPassword(given.password.reveal(), found) ? mask : `not ${mask}`,
    tls: found.get('tls') === '' ? 'not required' : 'required',
    ...Object.fromEntries(rights),
  }
}

function isPassword(password: string, found: ReadonlyMap<string, string>): boolean {
  const stored = found.get('hash')
  const plugin = found.get('plugin')
  if (plugin === 'mysql_native_password') return stored === hashOf(nativePassword(password))
  const salt = plugin === 'caching_sha2_password' ? saltOf(found.get('head') ?? '') : undefined
  return salt !== undefined && stored === hashOf(shaCryptDigest(password, salt))
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

function write({ actual, keys }: Change, given: Params): Shell {
  const account = accountOf(given)
  if (given.state === 'absent' || given.password === undefined) {
    return sh`ops_sql_change '' ${account} '' '' '' ${`DROP USER IF EXISTS ${account};`}`
  }
  const differs = (key: string) => keys.some(change => change.key === key)
  // A password that is set anew is not expired any more.
  const isExpired = String(actual.login ?? '').includes('expired')
  const verb = differs('account') ? 'CREATE' : differs('password') || isExpired ? 'ALTER' : ''
  const password = given.password.reveal()
  const native = nativePassword(password)
  const sha2 = cachingSha2Password(password, saltFor(account, password))
  const kept = verb === 'ALTER' ? otherMethods(actual) : []
  const unlock = String(actual.login ?? '').includes('locked')
    ? [`ALTER USER ${account} ACCOUNT UNLOCK;`]
    : []
  const clauses = [
    kept.length === 0
      ? `IDENTIFIED BY PASSWORD '${native}'`
      : `IDENTIFIED VIA mysql_native_password USING '${native}' OR ${kept.join(' OR ')}`,
    `IDENTIFIED WITH mysql_native_password AS '${native}'`,
    `IDENTIFIED WITH caching_sha2_password AS '${sha2}'`,
  ]
  const tls =
    given.tls !== undefined && (differs('tls') || (verb === 'CREATE' && given.tls))
      ? [`ALTER USER ${account} REQUIRE ${given.tls ? 'SSL' : 'NONE'};`]
      : []
  const rights = Object.entries(given.rights).flatMap(([database, wanted]) =>
    differs(`on ${database}`) ? grants(account, database, actual[`on ${database}`], wanted) : [],
  )
  return sh`ops_sql_change ${verb} ${account} ${verb === '' ? ['', '', ''] : clauses} ${[...unlock, ...tls, ...rights].join('')}`
}

/** Ways to log in that a password of ours stands for; `invalid` is what Debian stores where there is none. */
const passwordMethods = ['mysql_native_password', 'caching_sha2_password', 'mysql_old_password']

/** The ways beside a password, as MariaDB writes them: `unix_socket`, or `ed25519 USING` where something is stored. */
function otherMethods(actual: State): string[] {
  const methods = String(actual.methods ?? '')
    .split(',')
    .filter(Boolean)
  return methods.filter(each => !passwordMethods.includes(each.replace(/ USING$/, '')))
}

/** Why a password must not be set: it would take away a way in that cannot be written anew, as what is stored is not ours. */
function lostWayIn(actual: State): string | undefined {
  if (actual.account !== 'present') return undefined
  if (actual.password === mask && !String(actual.login).includes('expired')) return undefined
  const lost = otherMethods(actual).filter(each => each !== 'unix_socket')
  if (lost.length === 0) return undefined
  const names = lost.map(each => each.replace(/ USING$/, '')).join(' and ')
  return `this account logs in by ${names}, which a password would replace: it stays as it is. Leave it out of the recipe, or drop it first, and it is made anew with a password`
}

/** A right of its own in SQL: it is given with others, and taken alone. */
const grantOption = 'GRANT OPTION'

/** What is missing comes before what is too much goes: an application that runs keeps what it is to keep. */
function grants(
  account: string,
  database: string,
  actual: State[string] | undefined,
  wanted: readonly string[],
): string[] {
  const held = actual === undefined || actual === 'nothing' ? [] : String(actual).split(', ')
  const on = `ON \`${asPattern(database)}\`.*`
  // Taking single rights from ALL PRIVILEGES would name every right of every version.
  const all = held.includes('ALL PRIVILEGES') && !wanted.includes('ALL PRIVILEGES')
  const isRight = (each: string) => each !== grantOption
  const more = (all ? wanted : wanted.filter(each => !held.includes(each))).filter(isRight)
  const less = wanted.includes('ALL PRIVILEGES')
    ? []
    : held.filter(each => isRight(each) && !wanted.includes(each))
  const take = less.length === 0 ? [] : [`REVOKE ${less.join(', ')} ${on} FROM ${account};`]
  const give = more.length === 0 ? [] : [`GRANT ${more.join(', ')} ${on} TO ${account};`]
  const mayGrant = wanted.includes(grantOption)
  const option =
    mayGrant === held.includes(grantOption)
      ? []
      : [
          mayGrant
            ? `GRANT USAGE ${on} TO ${account} WITH GRANT OPTION;`
            : `REVOKE ${grantOption} ${on} FROM ${account};`,
        ]
  return [...(all ? [...take, ...give] : [...give, ...take]), ...option]
}

/** From `DAYS AGE own|default`. */
function lifeText(words: string): string {
  const [days = '', age = '', whose] = words.split(' ')
  const left = Number(days) - Number(age)
  const when =
    left > 0
      ? `its password expires in ${left} ${left === 1 ? 'day' : 'days'}`
      : 'its password has expired by age, is set anew, and will expire again'
  const rule =
    whose === 'own'
      ? `after ${days} days, a rule of its own`
      : `after ${days} days, by default_password_lifetime of the server`
  return `${when} (${rule}): ALTER USER ... PASSWORD EXPIRE NEVER ends that`
}

function notesOf(detail: string, given: Params): string[] {
  if (given.state === 'absent') return []
  const lines = detail.split('\n')
  const after = (prefix: string) =>
    lines.flatMap(line => (line.startsWith(prefix) ? [line.slice(prefix.length)] : []))
  return [
    ...after('missing ').map(database => `there is no database ${database} yet: the rights wait for it`),
    ...after('keeps ').map(method => `it logs in by ${method} too, and keeps that`),
    ...after('lives ').map(lifeText),
    ...after('also ').map(what => `it also holds, and keeps: ${what}`),
    ...(given.from === '%' && given.tls !== true ? ['it may come from anywhere, without TLS'] : []),
  ]
}
