/** The shell that makes, changes or removes an account. */
import { namedKey } from '../../engine/named-keys.ts'
import type { Change, Keys } from '../../engine/resource.ts'
import { type Shell, sh } from '../../shell/sh.ts'
import { accountOf } from './account-name.ts'
import type { AccountParams } from './account-params.ts'
import { type AccountState, realRights } from './account-state.ts'
import { needsAnew, otherMethods } from './login-methods.ts'
import { cachingSha2Password, nativePassword, saltFor, usualRounds } from './password.ts'
import { rightsSql } from './rights-sql.ts'

/** By `ops_sql_change`; only the hash of the password goes there. */
export function changeAccount({ actual, keys }: Change<Keys<AccountState>>, given: AccountParams): Shell {
  const account = accountOf(given)
  if (given.state === 'absent' || given.password === undefined) {
    return sh`ops_sql_change '' ${account} '' '' '' ${`DROP USER IF EXISTS ${account};`}`
  }
  const differs = (key: Keys<AccountState>) => keys.some(change => change.key === key)
  const verb = differs('account') ? 'CREATE' : differs('password') || needsAnew(actual) ? 'ALTER' : ''
  const password = given.password.reveal()
  const native = nativePassword(password)
  const rounds = Number(actual.rounds ?? usualRounds)
  const sha2 = cachingSha2Password(password, saltFor(account, password), rounds)
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
    differs(`on ${namedKey(database)}`) ? rightsSql(account, database, actual, realRights(wanted)) : [],
  )
  return sh`ops_sql_change ${verb} ${account} ${verb === '' ? ['', '', ''] : clauses} ${[...unlock, ...tls, ...rights].join('')}`
}
