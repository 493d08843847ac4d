/** `mysqlUser` and `mysqlSettings` against Oracle's MySQL 8.0 on a real host: what is said of an account, a client confirms by logging in. */
import { cpSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import {
  emptyDatabase,
  ownMysqlFolder,
  ownMysqlLibraries,
  ownMysqlOptions,
  whyNoOwnMysql,
} from '../../mysql/own-mysql.ts'

const why = whyNoOwnMysql('8.0')
const account = `import { mysqlUser, recipe, secret } from 'ops-recipes'
export default recipe({
  summary: 'An account.',
  params: { password: secret() },
  steps: ({ params }) => [
    mysqlUser({ name: 'app', from: '%', password: params.password, rights: { my_shop: ['SELECT', 'INSERT'] } }),
  ],
})
`
const settings = `import { mysqlSettings, recipe } from 'ops-recipes'
export default recipe({ summary: 'More clients.', steps: () => [mysqlSettings({ settings: { 'max-connections': 77 } })] })
`
const days = (many: number) => `password_last_changed = NOW() - INTERVAL ${many} DAY WHERE User = 'app'`

describe.skipIf(why !== undefined)(`An account of MySQL 8.0${why === undefined ? '' : ` (${why})`}`, () => {
  describeReal('on a host', () => {
    const host = useHost({ name: 'db', withPackages: ['mariadb-server'] })
    let folder: Folder
    beforeAll(async () => {
      folder = folderWith({
        'recipes/account.ts': account,
        'recipes/settings.ts': settings,
        pw: 'it is so\n',
      })
      const root = `/proc/${host().leader}/root`
      await host().read(
        'systemctl disable --now mariadb; rm -f /usr/sbin/mariadbd /usr/sbin/mysqld /usr/lib/systemd/system/mariadb.service; rm -rf /var/lib/mysql /etc/mysql/mariadb.conf.d/*; mkdir -p /opt/mysql',
      )
      cpSync(ownMysqlFolder('8.0'), `${root}/opt/mysql`, { recursive: true, verbatimSymlinks: true })
      cpSync(await emptyDatabase('8.0'), `${root}/var/lib/mysql`, { recursive: true })
      for (const path of ownMysqlLibraries) cpSync(path, `${root}${path}`, { dereference: true })
      const options = ownMysqlOptions('8.0', '/opt/mysql').join(' ')
      const unit = `[Service]\nUser=mysql\nRuntimeDirectory=mysqld\nExecStart=/usr/sbin/mysqld --datadir=/var/lib/mysql --socket=/run/mysqld/mysqld.sock ${options}\n`
      await host().read(
        `ln -s /opt/mysql/bin/mysqld /usr/sbin/mysqld; cat >/etc/systemd/system/mysql.service; systemctl daemon-reload
         chown -R mysql: /var/lib/mysql; systemctl start mysql
         until mariadb -e 'CREATE DATABASE IF NOT EXISTS my_shop'; do systemctl is-active mysql || exit 1; sleep 0.1; done`,
        { input: unit },
      )
    }, 300_000)
    afterAll(() => folder?.remove())

    const ops = (verb: string, ...more: string[]) =>
      folder.answer([verb, 'account', 'db', '--password', '@pw', '-F', host().sshConfig, ...more])
    const sql = (text: string) => host().read('mariadb -N', { input: text })
    const logsIn = async () =>
      (await host().exec("mariadb -uapp -p'it is so' -h127.0.0.1 --ssl my_shop -e 'SELECT 1'")).code === 0

    test('is made, and its password, its expiry and its locks are seen', async () => {
      expect((await ops('apply', '--yes')).code).toBe(0)
      expect(await logsIn()).toBe(true)
      const wrongs: [string, string][] = [
        ["ALTER USER app IDENTIFIED BY 'other'", 'password: not [secret]'],
        ['ALTER USER app PASSWORD EXPIRE', 'login: expired'],
        ['ALTER USER app ACCOUNT LOCK', 'login: locked'],
        [
          `ALTER USER app PASSWORD EXPIRE INTERVAL 10 DAY; UPDATE mysql.user SET ${days(20)}; FLUSH PRIVILEGES`,
          'login: expired',
        ],
      ]
      for (const [statement, told] of wrongs) {
        await sql(statement)
        expect(await logsIn(), statement).toBe(false)
        const applied = await ops('apply', '--yes')
        expect(applied.stdout).toContain(told)
        expect(applied.code, statement).toBe(0)
        expect(await logsIn(), statement).toBe(true)
      }
      const left = await ops('check')
      expect(left.code).toBe(0)
      expect(left.stdout).toContain('its password expires in 10 days (after 10 days, a rule of its own)')
      await sql(`UPDATE mysql.user SET ${days(9)}; FLUSH PRIVILEGES`)
      expect((await ops('check')).stdout).toContain('its password expires in 1 day ')
    })

    test('is as wanted whatever its server stored, and what it holds beside is told', async () => {
      await sql(`ALTER USER app PASSWORD EXPIRE NEVER; ALTER USER app IDENTIFIED BY 'older';
        ALTER USER app IDENTIFIED BY 'it is so' RETAIN CURRENT PASSWORD; CREATE ROLE clerk; GRANT clerk TO app;
        SET GLOBAL sql_mode = 'ANSI_QUOTES'`)
      const left = await ops('check')
      expect(left.code).toBe(0)
      expect(left.stdout).toContain('it has a second password too')
      expect(left.stdout).toContain('the role `clerk`@`%`')
      await sql("ALTER USER app IDENTIFIED WITH mysql_native_password BY 'it is so'")
      expect((await ops('check')).code).toBe(0)
    })

    test('a setting is checked by its own program, which starts no second server, and runs after a restart', async () => {
      const applied = await folder.answer(['apply', 'settings', 'db', '--yes', '-F', host().sshConfig])
      expect(applied).toMatchObject({ code: 0, stderr: '' })
      expect(await sql('SELECT @@max_connections')).toBe('77\n')
    })
  })
})
