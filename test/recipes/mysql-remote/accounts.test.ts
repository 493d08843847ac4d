import { expect, test } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { folderOf, nextPassword, useServer } from './use-server.ts'

describeReal('mysql-remote with a server', () => {
  const { folder, db, ops, pid, write, sql } = useServer({ client: false })

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
  })

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
  })

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
    const page = (await folder().answer(['recipes', 'mysql-remote'])).stdout
    const examples = [...page.matchAll(/^ {2}ops apply mysql-remote HOST ?(.*)$/gm)].map(([, words = '']) =>
      words
        .split(' ')
        .filter(Boolean)
        .map(word => word.replace(/^'(.*)'$/, '$1')),
    )
    expect(examples.length).toBe(5)
    for (const words of examples) {
      const here = words.map(word => word.replace('10.0.0.5', db().address))
      const planned = await folder().answer(['plan', 'mysql-remote', 'db', ...here, '-F', db().sshConfig])
      expect(planned.stderr).toBe('')
    }
  })

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
    const done = await folder().answer(words)
    expect(done.stderr).toContain(said)
    expect(done.code).toBe(code)
  })
})
