import { beforeAll, expect, test } from 'vitest'
import type { Outcome } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { dropIn, folderOf, password, useServer } from './use-server.ts'

describeReal('mysql-remote with a server and a client', () => {
  const { db, ops, apply, listening, pid, own, write, sql, knocks, withAccount } = useServer({ client: true })

  beforeAll(async () => {
    await sql('CREATE DATABASE my_shop')
    expect((await withAccount()).code).toBe(0)
    expect((await knocks()).code).toBe(0)
  })

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
  })

  test('a server that runs with other settings than its files say is restarted, and only then', async () => {
    await write(dropIn, '[mysqld]\nbind-address = 127.0.0.2\n')
    await db().read('systemctl reset-failed mariadb; systemctl restart mariadb')
    await write(dropIn, `[mysqld]\nbind-address = ${db().address}\n`)
    const was = await pid()
    const owed = await apply()
    expect(owed.stdout).toContain(`running bind-address: 127.0.0.2 -> ${db().address}`)
    expect(await pid()).not.toBe(was)
    expect(await listening()).toEqual([own()])
  })

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
  })

  test('skip-networking is lifted', async () => {
    await write(`${folderOf}/60-quiet.cnf`, '[mysqld]\nskip-networking\n')
    await db().read('systemctl reset-failed mariadb; systemctl restart mariadb')
    expect((await knocks()).stderr).toContain("Can't connect")
    expect((await apply()).stdout).toContain('skip-networking: ON -> OFF')
    expect((await knocks()).code).toBe(0)
    await db().read(`rm ${folderOf}/60-quiet.cnf`)
  })

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
  })

  test('a port that somebody else has is refused with its holder, while the server runs on', async () => {
    const was = [await db().read(`cat ${dropIn}`), await pid()]
    const planned = await ops('plan', 'mysql-remote', 'db', '--port', '22')
    expect(planned.stdout).toMatch(/note: port 22 is held by sshd \(pid \d+\), not by the database server/)
    const refused = await apply('--port', '22')
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(/port 22 is held by sshd \(pid \d+\): choose another/)
    expect(refused.stderr).toMatch(/changed +no/)
    expect([await db().read(`cat ${dropIn}`), await pid()]).toEqual(was)
  })

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
  })

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
  })

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
  })
})
