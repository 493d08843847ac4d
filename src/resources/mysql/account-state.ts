/** What the server is asked about an account, and the state that its answer tells. */
import { createHash } from 'node:crypto'
import { mask } from '../../base/secret.ts'
import { type Named, named } from '../../engine/named-keys.ts'
import { literalNames, patternFor } from './account-name.ts'
import type { AccountParams } from './account-params.ts'
import { severalFactors } from './login-methods.ts'
import { nativePassword, saltOf, shaCryptDigest } from './password.ts'

/** MySQL told it by the first until 8.3 and tells it by the second since; MariaDB by the first. */
const offersTls =
  "SELECT 'asked=tls'; SHOW GLOBAL VARIABLES LIKE 'have_ssl'; SHOW GLOBAL STATUS LIKE 'Ssl_server_not_after';"

/**
 * How many rounds a server of MySQL 8.0.24 and later wants, how it reads names of databases (patterns; small letters), and whether it takes changes:
 * `super_read_only` of MySQL, or `read_only=NO_LOCK_NO_ADMIN` of MariaDB, shuts out root as well.
 */
const offersRounds =
  "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('caching_sha2_password_digest_rounds', 'partial_revokes', 'super_read_only', 'read_only', 'lower_case_table_names');"

/** What comes back of the stored password is the scheme and salt, and a hash of the rest. */
export function accountQuery({ name, from, rights, tls }: AccountParams): string {
  const where = `FROM mysql.user WHERE User='${name}' AND Host='${from}'`
  const names = Object.keys(rights).map(database => `'${database}'`)
  const sha2 = "plugin='caching_sha2_password'"
  return [
    `SELECT CONCAT('plugin=',plugin) ${where};`,
    // MySQL 8.4 loads mysql_native_password only where it is told to, and 9 has none: who is stored with it cannot log in.
    `SELECT 'loaded=no' ${where} AND plugin<>'' AND CAST(plugin AS BINARY) NOT IN (SELECT CAST(PLUGIN_NAME AS BINARY) FROM information_schema.PLUGINS WHERE PLUGIN_STATUS='ACTIVE');`,
    `SELECT CONCAT('tls=',ssl_type) ${where};`,
    `SELECT CONCAT('head=',HEX(LEFT(authentication_string,27))) ${where} AND ${sha2};`,
    `SELECT CONCAT('hash=',SHA2(IF(${sha2},SUBSTRING(authentication_string,28),UPPER(authentication_string)),256)) ${where};`,
    `SELECT CONCAT('database=',SCHEMA_NAME) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME IN (${['NULL', ...names]});`,
    offersRounds,
    ...(tls ? [offersTls] : []),
  ].join('')
}

/** USAGE is the right to nothing. */
export const realRights = (rights: readonly string[]): string[] => rights.filter(each => each !== 'USAGE')

/** Rights as one value of a state. */
export const rightsText = (rights: readonly string[]): string =>
  [...new Set(realRights(rights))].sort().join(', ') || 'nothing'

/** What a server says of itself. */
type ServerState = Partial<Readonly<Record<'server' | 'encryption' | 'names' | 'rounds' | 'writes', string>>>

/** `on DATABASE` are its rights there; `stopped` is the unit of a server that does not run. */
export type AccountState = ServerState &
  Partial<Readonly<Record<'account' | 'stopped' | 'methods' | 'login' | 'password' | 'tls', string>>> &
  Named<'on'>

/** From what the probe printed. */
export function accountState(observation: string, given: AccountParams): AccountState {
  const found = new Map<string, string>()
  for (const line of observation.split('\n')) {
    const at = line.indexOf('=')
    if (at > 0) found.set(line.slice(0, at), line.slice(at + 1))
  }
  const account = found.get('account')
  if (account === undefined) throw new TypeError(`not an observation of an account: ${observation}`)
  const encryption = found.get('encryption')
  const rounds = found.get('rounds')
  const writes = found.get('writes')
  const stopped = found.get('stopped')
  const server: ServerState = {
    ...(encryption !== undefined && { encryption }),
    ...(found.get('names') === 'literal' && { names: literalNames }),
    ...(rounds !== undefined && { rounds }),
    ...(writes !== undefined && { writes }),
    ...(found.get('server') === 'absent' && { server: 'absent' }),
  }
  const pattern = patternFor(server)
  if (stopped !== undefined) return { account: 'unknown', stopped }
  if (account !== 'present') return { account: 'absent', ...server }
  const rights = Object.keys(given.rights).map(database => {
    const name = found.get('folds') === 'yes' ? pattern(database).toLowerCase() : pattern(database)
    return [database, rightsText(found.get(`on.${name}`)?.split(', ') ?? [])]
  })
  const methods = found.get('methods')?.split(',') ?? (found.get('plugin') ? [`${found.get('plugin')}`] : [])
  const barred = ['locked', 'expired'].filter(word => found.get(word) === 'yes')
  if (methods.includes(severalFactors)) barred.push('not by a password alone')
  if (found.get('loaded') === 'no') barred.push(`impossible (${methods[0]} is not loaded)`)
  return {
    ...server,
    account,
    methods: methods.map(each => each.trim()).join(','),
    login: barred.length === 0 ? 'allowed' : barred.join(' and '),
    password: given.password && isPassword(given.password.reveal(), found) ? mask : `not ${mask}`,
    tls: found.get('tls') === '' ? 'not required' : 'required',
    ...named<AccountState>(Object.fromEntries(rights), 'on'),
  }
}

function isPassword(password: string, found: ReadonlyMap<string, string>): boolean {
  const stored = found.get('hash')
  const plugin = found.get('plugin')
  if (plugin === 'mysql_native_password') return stored === hashOf(nativePassword(password))
  const known = plugin === 'caching_sha2_password' ? saltOf(found.get('head') ?? '') : undefined
  return known !== undefined && stored === hashOf(shaCryptDigest(password, known.salt, known.rounds))
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
