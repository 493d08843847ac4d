import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith, type Outcome } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { freshHost, useHosts } from '../../hosts/use-hosts.ts'

const folderOf = '/etc/mysql/mariadb.conf.d'
const dropIn = `${folderOf}/zz-ops.cnf`

/** Every sign that a shell, SQL or an option file might trip over. */
const password = `pa"ss\\w'ord %s $(id) \`x\` ;é`
const nextPassword = 'n3xt'

describeReal('mysql-remote with a server and a client', () => {
  const hosts = useHosts({
    names: ['db', 'app'],
    withPackages: ['mariadb-server', 'mariadb-client', 'nftables', 'strace'],
  })
  let folder: Folder
  beforeAll(async () => {
    folder = folderWith({
      'recipes/account.ts': account,
      'recipes/held.ts': held,
      'recipes/spelled.ts': spelled,
      'app.password': `${password}\n`,
      'next.password': nextPassword,
    })
    // The client is a machine without a server of its own.
    await app().read('systemctl disable --now mariadb')
  }, 60_000)
  afterAll(() => folder?.remove())

  const host = (name: 'db' | 'app') => {
    const found = hosts().find(each => each.name === name)
    if (!found) throw new Error(`no host ${name}`)
    return found
  }
  const db = () => host('db')
  const app = () => host('app')
  const ops = (...argv: string[]) => folder.ops([...argv, '-F', db().sshConfig])
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

  test('a client is refused before and accepted after, and the second run changes nothing', async () => {
    await sql('CREATE DATABASE my_shop; CREATE TABLE my_shop.t (a INT); CREATE DATABASE my1shop;')
    const refused = await knocks()
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain("Can't connect to server")
    const before = await db().read(`sha256sum ${folderOf}/*`)
    const first = await withAccount()
    expect(first.stderr).toBe('')
    expect(first.code).toBe(0)
    expect(first.stdout).toContain(`${folderOf}/50-server.cnf:27 sets bind-address = 127.0.0.1 now`)
    expect(await listening()).toEqual([own()])
    expect((await sql('SELECT @@bind_address')).stdout.trim()).toBe(db().address)
    const accepted = await knocks()
    expect(accepted.code).toBe(0)
    expect(accepted.stdout).toBe(`shop@${app().address}\n`)
    // What the package brought is as it was.
    expect(await db().read(`sha256sum ${folderOf}/[0-9]*`)).toBe(before)
    const was = await pid()
    const second = await withAccount()
    expect(second.stdout).toContain('nothing to do')
    expect(await pid()).toBe(was)
  }, 60_000)

  test('the account may use its database, change no table, and see no other database', async () => {
    expect((await knocks(password, 'INSERT INTO my_shop.t VALUES (1); SELECT * FROM my_shop.t')).stdout).toBe(
      '1\n',
    )
    expect((await knocks(password, 'DROP TABLE my_shop.t')).stderr).toContain('DROP command denied')
    // `_` is a wildcard in rights on databases.
    expect((await knocks(password, 'USE my1shop')).stderr).toContain('Access denied')
    expect((await knocks('wrong')).stderr).toContain('Access denied')
  })

  test('another password and other rights are noticed, and a wrong one is told apart without a word of it', async () => {
    const check = await ops(
      ...['check', 'mysql-remote', 'db', '--user', 'shop', '--from', app().address],
      ...['--database', 'my_shop', '--access', 'read', '--password', '@next.password'],
    )
    expect(check.code).toBe(2)
    expect(check.stdout).toContain('password: not [secret] -> [secret]')
    expect(check.stdout).toContain('on my_shop: DELETE, INSERT, SELECT, UPDATE -> SELECT')
    expect((await withAccount('next.password', '--access', 'read')).code).toBe(0)
    expect((await knocks()).stderr).toContain('Access denied')
    expect((await knocks(nextPassword)).code).toBe(0)
    expect((await knocks(nextPassword, 'INSERT INTO my_shop.t VALUES (2)')).stderr).toContain('denied')
    expect((await withAccount('next.password', '--access', 'all')).code).toBe(0)
    expect((await knocks(nextPassword, 'CREATE TABLE my_shop.u (a INT); DROP TABLE my_shop.u')).code).toBe(0)
    expect((await withAccount('next.password', '--access', 'all')).stdout).toContain('nothing to do')
    expect((await withAccount()).code).toBe(0)
    expect((await withAccount()).stdout).toContain('nothing to do')
    expect((await knocks(password, 'DROP TABLE my_shop.t')).stderr).toContain('DROP command denied')
  }, 60_000)

  test('no password is in an argument list, a log or a file of the host, nor in what is printed', async () => {
    await sql("SET GLOBAL general_log_file='/tmp/general.log'; SET GLOBAL general_log=ON")
    await sql(`DROP USER 'shop'@'${app().address}'`)
    const sshd = (await db().read('systemctl show --value -p MainPID ssh')).trim()
    await db().read(
      `systemd-run --quiet --unit=tracer strace -f -qq -e trace=execve -v -s 100000 -o /root/trace -p ${sshd}`,
    )
    await db().read(`until grep -q 'TracerPid:.[1-9]' /proc/${sshd}/status; do sleep 0.05; done`)
    const said = await withAccount('app.password', '-v', '--json')
    await db().read('systemctl stop tracer')
    expect(said.code).toBe(0)
    for (const word of ['ss\\w', 'ord %s']) {
      for (const text of [said.stdout, said.stderr]) expect(text).not.toContain(word)
      const found = await db().exec(
        `grep -rlF -e '${word}' /root/trace /tmp/general.log /run/ops /var/lib/ops /var/log /etc/mysql; journalctl -q --no-pager | grep -F -e '${word}'`,
      )
      expect(found.stdout).toBe('')
    }
    expect(await db().read('grep -c execve /root/trace')).toMatch(/^[1-9]/)
    expect(await db().read('cat /tmp/general.log')).toContain('CREATE USER')
    expect((await knocks()).code).toBe(0)
    await sql('SET GLOBAL general_log=OFF')
  }, 60_000)

  test('a later file that sets another address is named, nothing is changed, and it may be edited on request', async () => {
    const later = `${folderOf}/zzz-local.cnf`
    await write(later, '# ours\n[mariadb]\nbind_address = 127.0.0.1 # keep\n')
    const was = [await pid(), await db().read(`cat ${dropIn}`)]
    const refused = await apply()
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain(`${later} sets bind-address = 127.0.0.1, and wins over zz-ops.cnf`)
    expect([await pid(), await db().read(`cat ${dropIn}`)]).toEqual(was)
    // It listens as wanted already: only the next start would have lost it.
    const edited = await apply('--overrides', 'edit')
    expect(edited.code).toBe(0)
    expect(edited.stdout).toContain(
      `${later}:3 sets bind-address = 127.0.0.1 and is read after ${dropIn}: it wins`,
    )
    expect(await db().read(`cat ${later}`)).toBe(`# ours\n[mariadb]\nbind_address = ${db().address} # keep\n`)
    expect(await pid()).toBe(was[0])
    await db().read(`rm ${later}`)
    expect((await apply()).stdout).toContain('nothing to do')
    expect(await pid()).toBe(was[0])
  }, 60_000)

  test('a server that runs with other settings than its files say is restarted, and only then', async () => {
    await write(dropIn, '[mysqld]\nbind-address = 127.0.0.2\n')
    await db().read('systemctl reset-failed mariadb; systemctl restart mariadb')
    await write(dropIn, `[mysqld]\nbind-address = ${db().address}\n`)
    const was = await pid()
    const owed = await apply()
    expect(owed.stdout).toContain(`running bind-address: 127.0.0.2 -> ${db().address}`)
    expect(await pid()).not.toBe(was)
    expect(await listening()).toEqual([own()])
  }, 60_000)

  test('what its command line sets is named with its place, and no file is written in vain', async () => {
    await db().read(
      'systemctl set-environment MYSQLD_OPTS=--bind-address=127.0.0.1; systemctl reset-failed mariadb; systemctl restart mariadb',
    )
    const refused = await apply()
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain(
      "its command line in systemd's own environment (systemctl show-environment) sets bind-address = 127.0.0.1",
    )
    expect((await apply('--overrides', 'edit')).code).toBe(1)
    await db().read('systemctl unset-environment MYSQLD_OPTS')
    const unit = '/etc/systemd/system/mariadb.service.d/local.conf'
    await db().read(`mkdir -p ${unit.replace(/\/[^/]*$/, '')}`)
    await write(unit, '[Service]\nExecStart=\nExecStart=/usr/sbin/mariadbd --bind_address=127.0.0.1\n')
    await db().read('systemctl daemon-reload; systemctl reset-failed mariadb; systemctl restart mariadb')
    expect((await apply()).stderr).toContain(`its command line in ${unit} sets bind-address = 127.0.0.1`)
    // What only the running server still has is no reason to refuse: the next start is without it.
    await db().read(`rm ${unit}`)
    const mended = await apply()
    expect(mended.stderr).toBe('')
    expect(mended.code).toBe(0)
    expect(await listening()).toEqual([own()])
  }, 60_000)

  test('skip-networking is lifted', async () => {
    await write(`${folderOf}/60-quiet.cnf`, '[mysqld]\nskip-networking\n')
    await db().read('systemctl reset-failed mariadb; systemctl restart mariadb')
    expect((await knocks()).stderr).toContain("Can't connect")
    expect((await apply()).stdout).toContain('skip-networking: ON -> OFF')
    expect((await knocks()).code).toBe(0)
    await db().read(`rm ${folderOf}/60-quiet.cnf`)
  }, 60_000)

  /** The server runs with these bytes on disk, and lets the client in. */
  const comesBack = async (done: Outcome, was: string) => {
    expect(done.code).toBe(7)
    expect(done.stderr).toMatch(/zz-ops\.cnf was put back and mariadb runs as before/)
    expect(await db().read(`cat ${dropIn}`)).toBe(was)
    expect(await listening()).toEqual([own()])
    expect((await knocks()).code).toBe(0)
    expect((await apply()).stdout).toContain('nothing to do')
  }

  test('a server that does not come back gets its old file, and runs again', async () => {
    const was = await db().read(`cat ${dropIn}`)
    // Only root may listen there, and the server's own check does not try to.
    const taken = await apply('--port', '81')
    expect(taken.stderr).toContain("Can't start server: Bind on TCP/IP port")
    await comesBack(taken, was)
  }, 60_000)

  test('a port that somebody else has is refused with its holder, while the server runs on', async () => {
    const was = [await db().read(`cat ${dropIn}`), await pid()]
    const planned = await ops('plan', 'mysql-remote', 'db', '--port', '22')
    expect(planned.stdout).toMatch(/note: port 22 is held by sshd \(pid \d+\), not by the database server/)
    const refused = await apply('--port', '22')
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(/port 22 is held by sshd \(pid \d+\): choose another/)
    expect(refused.stderr).toMatch(/changed +no/)
    expect([await db().read(`cat ${dropIn}`), await pid()]).toEqual(was)
  }, 60_000)

  test('several addresses are one list, and leaving 127.0.0.1 is said before it is done', async () => {
    const both = `${db().address},127.0.0.1`
    expect((await apply('--bind-address', both)).code).toBe(0)
    expect(await listening()).toEqual([own(), '127.0.0.1:3306'].sort())
    expect((await apply('--bind-address', both)).stdout).toContain('nothing to do')
    const planned = await ops('plan', 'mysql-remote', 'db')
    expect(planned.stdout).toContain(
      'it stops listening on 127.0.0.1: programs on this host that connect there',
    )
    expect((await apply()).stdout).toContain('1 changed')
    expect(await listening()).toEqual([own()])
  }, 60_000)

  test('a server that does not run is started, and then its accounts are looked at', async () => {
    await db().read('systemctl disable --now mariadb')
    const started = await withAccount()
    expect(started.stderr).toBe('')
    expect(started.code).toBe(0)
    expect(started.stdout).toContain('mariadb does not start at boot')
    expect((await knocks()).code).toBe(0)
    await db().read('systemctl enable mariadb')
    expect((await withAccount()).stdout).toContain('nothing to do')
  }, 60_000)

  test('an account that must use TLS is refused where the server offers none', async () => {
    const refused = await withAccount('app.password', '--require-tls')
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('the server offers no TLS, so that nobody could log in')
    expect((await knocks()).code).toBe(0)
  }, 60_000)

  test('a configuration that the server refuses is noticed before the server has seen it', async () => {
    const was = [await db().read(`cat ${dropIn}`), await pid()] as const
    await write(`${folderOf}/61-broken.cnf`, '[mysqld]\nno-such-option = 1\n')
    const refused = await apply('--port', '3310')
    expect(refused.stderr).toMatch(
      /mariadbd refuses the configuration: .*unknown variable 'no-such-option=1'/,
    )
    expect(refused.stderr).toContain(
      'it refuses what was there before as well, so the next restart would fail',
    )
    expect(await pid()).toBe(was[1])
    await comesBack(refused, was[0])
    await db().read(`rm ${folderOf}/61-broken.cnf`)
  }, 60_000)

  test('every address gets a warning unless a firewall stands before it, and TLS counts only when required', async () => {
    const plan = async () => (await ops('plan', 'mysql-remote', 'db', '--bind-address', '*')).stdout
    expect(await plan()).toContain(
      'warning: it listens on every address, no firewall was found, and TLS is off',
    )
    await sql('SET GLOBAL require_secure_transport=ON')
    expect(await plan()).not.toContain('warning')
    await sql('SET GLOBAL require_secure_transport=OFF')
    await db().read(
      "nft 'table inet filter { chain input { type filter hook input priority 0; policy accept; tcp dport 3399 drop; }; }'",
    )
    const guarded = await plan()
    expect(guarded).not.toContain('warning')
    expect(guarded).toContain('nftables filters what comes in: it must let clients in to port 3306')
    await db().read('nft flush ruleset')
    const everywhere = await apply('--bind-address', '*', '--port', '3307')
    expect(everywhere.code).toBe(0)
    expect(await listening()).toEqual(['0.0.0.0:3307', '[::]:3307'])
    expect((await knocks(password, 'SELECT 1', 3307)).code).toBe(0)
    expect((await apply('--bind-address', '::1', '--port', '3307')).code).toBe(0)
    expect(await listening()).toEqual(['[::1]:3307'])
    expect((await apply()).code).toBe(0)
    expect(await listening()).toEqual([own()])
  }, 60_000)

  test('what the reader makes of the files is what the server makes of them', async () => {
    await write(
      `${folderOf}/70-odd.cnf`,
      "[mysqld]\nmax_connections = '77'#x\nloose-table-open-cache=333\n[mariadb-10.5]\nmax-connections=1\n[mariadbd]\ntable_open_cache = 2000\n",
    )
    const settings = '{"max-connections":77,"table_open_cache":2000,"expire-logs-days":10}'
    await db().read('systemctl reset-failed mariadb; systemctl restart mariadb')
    expect((await ops('check', 'account', 'db', '--settings', settings)).code).toBe(0)
    expect(await db().read('my_print_defaults --mysqld')).toContain('--max_connections=77')
    await db().read(`rm ${folderOf}/70-odd.cnf`)
  }, 60_000)

  test('settings that the server spells in its own way converge, and it is restarted for none of them again', async () => {
    const first = await ops('apply', 'spelled', 'db', '--yes')
    expect(first.stderr).toBe('')
    expect(first.code).toBe(0)
    const running = await pid()
    const second = await ops('apply', 'spelled', 'db', '--yes')
    expect(second.stdout).toContain('nothing to do')
    expect(await pid()).toBe(running)
    expect((await ops('plan', 'spelled', 'db')).stdout).toContain(
      'max-allowed-packet: the server was started with 16777300 and shows 16777216, which cannot be compared',
    )
    // What is set while it runs is no spelling of its own.
    await sql('SET GLOBAL max_connections = 77')
    expect((await ops('check', 'spelled', 'db')).code).toBe(2)
    expect((await ops('apply', 'spelled', 'db', '--yes')).code).toBe(0)
    expect((await sql('SELECT @@max_connections')).stdout).toBe('222\n')
    expect(await pid()).not.toBe(running)
  }, 60_000)

  test('a password that has outlived its days is expired, by a rule of its own or of the server; one that will is told', async () => {
    await sql('CREATE DATABASE IF NOT EXISTS held')
    const account = (verb: string, name: string, ...more: string[]) =>
      ops(verb, 'held', 'db', '--name', name, '--password', '@next.password', ...more)
    const old = (name: string) =>
      sql(`UPDATE mysql.global_priv SET Priv = JSON_SET(Priv, '$.password_last_changed', UNIX_TIMESTAMP() - 40 * 86400)
        WHERE User = '${name}'; FLUSH PRIVILEGES`)
    /** What the server itself says to a client with that password. */
    const entered = async (name: string) =>
      (await db().exec(`MYSQL_PWD=${nextPassword} mariadb -u ${name} -N -e 'SELECT 1' 2>&1`)).stdout.trim()
    for (const name of ['aged1', 'aged2']) expect((await account('apply', name, '--yes')).code).toBe(0)
    expect(await entered('aged1')).toBe('1')
    await sql('ALTER USER aged1@localhost PASSWORD EXPIRE INTERVAL 30 DAY')
    expect((await account('check', 'aged1')).stdout).toContain(
      'its password expires in 30 days (after 30 days, a rule',
    )
    await old('aged1')
    await old('aged2')
    await sql('SET GLOBAL default_password_lifetime = 10')
    try {
      for (const name of ['aged1', 'aged2']) {
        expect(await entered(name)).toMatch(/ERROR (1820|1862) /)
        const plan = await account('plan', name)
        expect(plan.stdout).toContain('login: expired -> allowed')
        expect((await account('apply', name, '--yes')).code).toBe(0)
        expect(await entered(name)).toBe('1')
        expect((await account('check', name)).code).toBe(0)
      }
      expect((await account('check', 'aged2')).stdout).toContain(
        'expires in 10 days (after 10 days, by default_password_lifetime of the server)',
      )
      await old('aged2')
      await sql('ALTER USER aged2@localhost PASSWORD EXPIRE NEVER')
      expect(await entered('aged2')).toBe('1')
      const never = await account('check', 'aged2')
      expect([never.code, never.stdout.includes('expire')]).toEqual([0, false])
    } finally {
      await sql('SET GLOBAL default_password_lifetime = 0')
    }
  })

  test('an account keeps how else it logs in; locks, expiry and the right to hand rights on are seen', async () => {
    await sql(`CREATE DATABASE IF NOT EXISTS held; CREATE ROLE held_role; INSTALL SONAME 'auth_ed25519';
      CREATE USER held1@localhost IDENTIFIED VIA unix_socket;
      CREATE USER held2@localhost IDENTIFIED BY 'x' ACCOUNT LOCK;
      CREATE USER held3@localhost IDENTIFIED BY 'x' PASSWORD EXPIRE;
      CREATE USER held4@localhost IDENTIFIED VIA ed25519 USING PASSWORD('x');
      GRANT SELECT ON held.* TO held2@localhost WITH GRANT OPTION;
      GRANT held_role TO held2@localhost; SET DEFAULT ROLE held_role FOR held2@localhost`)
    const account = (verb: string, name: string, ...more: string[]) =>
      ops(verb, 'held', 'db', '--name', name, '--password', '@next.password', ...more)
    const shown = async (name: string) => (await sql(`SHOW CREATE USER ${name}@localhost`)).stdout
    const plan = await account('plan', 'held2')
    expect(plan.stdout).toContain('login: locked -> allowed')
    expect(plan.stdout).toContain('on held: GRANT OPTION, SELECT -> SELECT')
    expect(plan.stdout).toContain('the default role `held_role`')
    for (const name of ['held1', 'held2', 'held3']) {
      expect((await account('apply', name, '--yes')).code).toBe(0)
      expect((await account('check', name)).code).toBe(0)
    }
    expect(await shown('held1')).toMatch(
      /IDENTIFIED VIA mysql_native_password USING '\*[0-9A-F]{40}' OR unix_socket/,
    )
    expect(await shown('held2')).not.toContain('LOCK')
    expect(await shown('held3')).not.toContain('EXPIRE')
    expect((await sql('SHOW GRANTS FOR held2@localhost')).stdout).not.toContain('WITH GRANT OPTION')
    const before = await shown('held4')
    const refused = await account('apply', 'held4', '--yes')
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('this account logs in by ed25519, which a password would replace')
    expect(await shown('held4')).toBe(before)
  })

  test('an account that is not to be goes, and what else one holds is named', async () => {
    await sql("CREATE USER 'old'@'%'; GRANT PROCESS ON *.* TO 'old'@'%'")
    const named = await ops('plan', 'account', 'db', '--name', 'old', '--password', '@next.password')
    expect(named.stdout).toContain('it also holds, and keeps: PROCESS ON *.*')
    expect((await ops('apply', 'account', 'db', '--yes', '--name', 'old')).code).toBe(0)
    expect((await sql("SELECT COUNT(*) FROM mysql.user WHERE user='old'")).stdout.trim()).toBe('0')
    expect((await ops('apply', 'account', 'db', '--yes', '--name', 'old')).stdout).toContain('nothing to do')
  })

  test('its examples can be planned', async () => {
    const page = (await folder.ops(['recipes', 'mysql-remote'])).stdout
    const examples = [...page.matchAll(/^ {2}ops apply mysql-remote HOST ?(.*)$/gm)].map(([, words = '']) =>
      words
        .split(' ')
        .filter(Boolean)
        .map(word => word.replace(/^'(.*)'$/, '$1')),
    )
    expect(examples.length).toBe(5)
    for (const words of examples) {
      const here = words.map(word => word.replace('10.0.0.5', db().address))
      const planned = await folder.answer(['plan', 'mysql-remote', 'db', ...here, '-F', db().sshConfig])
      expect(planned.stderr).toBe('')
    }
  }, 60_000)

  test.each([
    [['--bind-address', '203.0.113.9'], 3, '203.0.113.9 is not an address of db, which has 10.213.'],
    [['--bind-address', '127.0.0.1;'], 3, 'must be an IP address'],
    [['--port', '0'], 3, 'port'],
    [['--user', 'shop'], 3, '--user shop needs --from and --password @FILE as well'],
    [['--bind-address', '*,127.0.0.1'], 3, 'names every address, and another'],
    [['--from', '10.0.0.1'], 3, '--from is for an account, and no --user names one'],
    [['--require-tls'], 3, '--require-tls is for an account, and no --user names one'],
    [['--password', '@next.password'], 3, '--password is for an account, and no --user names one'],
    [
      [
        '--user',
        'a',
        '--from',
        '%',
        '--database',
        'mysql',
        '--access',
        'read',
        '--password',
        '@next.password',
      ],
      3,
      "--database mysql is the server's own",
    ],
    [
      ['--user', 'a', '--from', '10.0.0.0/33', '--password', '@next.password'],
      3,
      'must be a network such as 10.0.0.0/24',
    ],
    [['--user', "a'b", '--from', '%', '--password', '@next.password'], 3, 'a user name has up to 32 letters'],
    [['--user', 'a', '--from', "x'", '--password', '@next.password'], 3, 'must be an address, a network'],
    [
      ['--user', 'a', '--from', '%', '--database', 'a`b', '--password', '@next.password'],
      3,
      'a database name has letters',
    ],
    [['--user', 'a', '--from', '%', '--password', 'plain'], 3, 'a secret is not given as plain text'],
  ] as const)('%j exits with %i', async (argv, code, said) => {
    const words = ['apply', 'mysql-remote', 'db', '--yes', ...argv, '-F', db().sshConfig]
    const done = await folder.answer(words)
    expect(done.stderr).toContain(said)
    expect(done.code).toBe(code)
  })

  test('where there is no server, it says so, and --install brings one', async () => {
    const bare = await freshHost({ name: 'bare' })
    const run = (...argv: string[]) =>
      folder.ops(['apply', 'mysql-remote', 'bare', '--yes', '-F', bare.sshConfig, ...argv])
    const refused = await run()
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('there is no MySQL or MariaDB server on the host')
    const brought = await run(
      ...['--install', 'mysql', '--user', 'shop', '--from', '10.0.0.%', '--password', '@app.password'],
    )
    expect(brought.stderr).toBe('')
    expect(brought.code).toBe(0)
    expect(await bare.read('ss -Hltn')).toContain(`${bare.address}:3306`)
    expect((await run('--install', 'mysql')).stdout).toContain('nothing to do')
  }, 300_000)
})

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
