/** A host with a MariaDB, a client of it on another one where that is wanted, and the recipe `mysql-remote` for both. */
import { afterAll, beforeAll } from 'vitest'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { useHosts } from '../../hosts/use-hosts.ts'

export const folderOf = '/etc/mysql/mariadb.conf.d'
export const dropIn = `${folderOf}/zz-ops.cnf`

/** Every sign that a shell, SQL or an option file might trip over. */
export const password = `pa"ss\\w'ord %s $(id) \`x\` ;é`
export const nextPassword = 'n3xt'

export function useServer({ client }: { readonly client: boolean }) {
  const hosts = useHosts({
    names: client ? ['db', 'app'] : ['db'],
    withPackages: ['mariadb-server', 'mariadb-client', 'nftables', 'strace'],
  })
  let made: Folder | undefined
  beforeAll(async () => {
    made = folderWith({
      'recipes/account.ts': account,
      'recipes/held.ts': held,
      'recipes/spelled.ts': spelled,
      'app.password': `${password}\n`,
      'next.password': nextPassword,
    })
    // The client is a machine without a server of its own.
    if (client) await app().read('systemctl disable --now mariadb')
  }, 60_000)
  afterAll(() => made?.remove())

  const folder = () => {
    if (made === undefined) throw new Error('the folder is there only while tests run')
    return made
  }
  const host = (name: 'db' | 'app') => {
    const found = hosts().find(each => each.name === name)
    if (!found) throw new Error(`no host ${name}`)
    return found
  }
  const db = () => host('db')
  const app = () => host('app')
  const ops = (...argv: string[]) => folder().answer([...argv, '-F', db().sshConfig])
  const apply = (...argv: string[]) => ops('apply', 'mysql-remote', 'db', '--yes', ...argv)
  const listening = async () =>
    (await db().read("ss -Hltnp | grep mariadbd | awk '{ print $4 }' | sort")).trim().split('\n')
  const pid = async () => (await db().read('systemctl show --value -p MainPID mariadb')).trim()
  const own = () => `${db().address}:3306`
  const write = (path: string, text: string) => db().exec(`cat >${path}`, { input: text })
  const sql = (text: string) => db().exec('mariadb -N', { input: text })
  const knocks = (secret = password, statement = 'SELECT CURRENT_USER()', port = 3306) =>
    app().exec(
      `cat >/root/client.cnf; printf '%s' "$STATEMENT" | mariadb --defaults-file=/root/client.cnf -N`.replace(
        '"$STATEMENT"',
        `'${statement}'`,
      ),
      {
        input: `[client]\nhost=${db().address}\nport=${port}\nuser=shop\npassword="${secret.replaceAll(/["\\]/g, '\\$&')}"\n`,
      },
    )
  const withAccount = (file = 'app.password', ...more: string[]) =>
    apply(
      ...['--user', 'shop', '--from', app().address, '--database', 'my_shop', '--password', `@${file}`],
      ...more,
    )
  return { folder, db, app, ops, apply, listening, pid, own, write, sql, knocks, withAccount }
}

const account = `
import { mysqlSettings, mysqlUser, recipe, secret, z } from 'ops-recipes'
export default recipe({
  summary: 'Settings or an account as the test says.',
  params: {
    settings: z.string().optional().describe('As JSON.'),
    name: z.string().optional().describe('Of the account.'),
    password: secret().optional().describe('Without it the account is not to be.'),
  },
  steps: ({ params: { settings, name, password } }) => [
    settings !== undefined && mysqlSettings({ settings: JSON.parse(settings) }),
    name !== undefined &&
      mysqlUser(password ? { name, from: '%', password } : { name, from: '%', state: 'absent' }),
  ],
})
`

const held = `
import { mysqlUser, recipe, secret, z } from 'ops-recipes'
export default recipe({
  summary: 'An account that somebody else made.',
  params: { name: z.string().describe('Its name.'), password: secret() },
  steps: ({ params }) => [
    mysqlUser({ name: params.name, from: 'localhost', password: params.password, rights: { held: ['SELECT'] } }),
  ],
})
`

/** A switch with a path, a list, switches, a folder with a slash, sizes that are rounded. */
const spelled = `
import { mysqlSettings, recipe } from 'ops-recipes'
export default recipe({
  summary: 'Settings that the server writes in its own way.',
  params: {},
  steps: () => [
    mysqlSettings({
      name: 'zz-spelled',
      settings: {
        'log-bin': '/var/lib/mysql/binlog',
        'sql-mode': 'NO_ENGINE_SUBSTITUTION,STRICT_TRANS_TABLES',
        'optimizer-switch': 'index_merge=off',
        'tmpdir': '/tmp/',
        'max-allowed-packet': 16777300,
        'innodb-buffer-pool-size': '130M',
        'slow-query-log': 'true',
        'max-connections': 222,
      },
    }),
  ],
})
`
