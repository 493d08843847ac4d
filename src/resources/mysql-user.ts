/** One account of a MySQL or MariaDB server, with a password that never leaves this machine and rights on databases. */
import { mask, Secret } from '../base/secret.ts'
import { named } from '../engine/named-keys.ts'
import { resource } from '../engine/step.ts'
import { sh } from '../shell/sh.ts'
import { changeAccount } from './mysql/account-change.ts'
import { accountOf, asPattern } from './mysql/account-name.ts'
import { accountNotes } from './mysql/account-notes.ts'
import { type AccountParams, accountParams } from './mysql/account-params.ts'
import { type AccountState, accountQuery, accountState, rightsText } from './mysql/account-state.ts'
import { lostWayIn } from './mysql/login-methods.ts'
import { mysqlLookLibrary } from './mysql/look.ts'
import { noServer, serverPackages } from './mysql/server-packages.ts'
import { replicaNotes, serverHinders } from './mysql/server-stance.ts'
import { mysqlUserChangeLibrary } from './mysql/user-change.ts'
import { mysqlUserLookLibrary } from './mysql/user-look.ts'
import { serviceLookLibrary } from './service/look.ts'
import { unreadLookLibrary } from './unit/unread-look.ts'

/** `mysqlUser {name, from, password, rights, tls, state}`. */
export const mysqlUser = resource({
  type: 'mysqlUser',
  doc: 'One account of a MySQL or MariaDB server and its rights on databases; only the hash of its password is sent to the host.',
  undone: 'Nothing, and the plan says so: a password that was there is known to the server alone.',
  params: accountParams,
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
  library: [
    unreadLookLibrary,
    serviceLookLibrary,
    mysqlLookLibrary,
    mysqlUserLookLibrary,
    mysqlUserChangeLibrary,
  ],
  probe: given =>
    sh`ops_sql_user ${accountQuery(given)} ${accountOf(given)} ${Object.keys(given.rights).map(asPattern)}`,
  parse: (observation, given) => accountState(observation, given),
  desired: given =>
    given.state === 'absent'
      ? { account: 'absent' }
      : {
          account: 'present',
          password: mask,
          login: 'allowed',
          ...(given.tls !== undefined && { tls: given.tls ? 'required' : 'not required' }),
          ...named<AccountState>(rightsTexts(given.rights), 'on'),
        },
  refuses: true,
  needs: ({ server }) => (server === 'absent' ? noServer : undefined),
  impossible: (actual, given) => {
    const hindered = serverHinders(actual.stopped, actual.writes)
    if (hindered !== undefined) return hindered
    if (given.state === 'absent') return undefined
    if (given.tls === true && actual.encryption === 'none')
      return 'the server offers no TLS, so that nobody could log in with this account: give the server a certificate first (ssl_cert and ssl_key)'
    return lostWayIn(actual)
  },
  apply: (change, given) => [changeAccount(change, given)],
  // Only a server that runs knows its accounts.
  reads: () => [...serverPackages, 'unit:mariadb', 'unit:mysql'],
  affects: () => [],
  owns: () => [],
  notes: (detail, given, _said, change) => [...replicaNotes(detail, change), ...accountNotes(detail, given)],
})

const rightsTexts = (rights: AccountParams['rights']) =>
  Object.fromEntries(Object.entries(rights).map(([database, held]) => [database, rightsText(held)]))
