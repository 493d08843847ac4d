import { expect, test } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { freshHost } from '../../hosts/use-hosts.ts'
import { folderOf, nextPassword, password, useServer } from './use-server.ts'

describeReal('mysql-remote with a server and a client', () => {
  const { folder, db, app, ops, listening, pid, own, sql, knocks, withAccount } = useServer({ client: true })

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
  })

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
  })

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
  })

  test('a server that does not run is started, and then its accounts are looked at', async () => {
    await db().read('systemctl disable --now mariadb')
    const started = await withAccount()
    expect(started.stderr).toBe('')
    expect(started.code).toBe(0)
    expect(started.stdout).toContain('mariadb does not start at boot')
    expect((await knocks()).code).toBe(0)
    await db().read('systemctl enable mariadb')
    expect((await withAccount()).stdout).toContain('nothing to do')
  })

  test('an account that must use TLS is refused where the server offers none', async () => {
    const refused = await withAccount('app.password', '--require-tls')
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('the server offers no TLS, so that nobody could log in')
    expect((await knocks()).code).toBe(0)
  })

  test('where there is no server, it says so, and --install brings one', async () => {
    const bare = await freshHost({ name: 'bare' })
    const run = (...argv: string[]) =>
      folder().answer(['apply', 'mysql-remote', 'bare', '--yes', '-F', bare.sshConfig, ...argv])
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
