/** The recipe zabbix-check with a real agent, asked over the network as a Zabbix server asks it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith, type Outcome } from '../cli/run-ops.ts'
import { describeReal } from '../hosts/available.ts'
import { useHost } from '../hosts/use-hosts.ts'

describeReal('zabbix-check', () => {
  const host = useHost({ name: 'zbx1', withPackages: ['mariadb-server', 'zabbix-agent'] })
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({ word: `quiet "words" #1\n`, other: 'wrong\n' })
  })
  afterAll(() => folder?.remove())

  const mariadb = (statements: string): Promise<string> => host().read('mariadb -BN', { input: statements })
  const ops = (verb: string, key: string, query: string, ...argv: string[]): Promise<Outcome> =>
    folder.ops([
      verb,
      'zabbix-check',
      'zbx1',
      '--key',
      key,
      '--query',
      query,
      ...argv,
      '-F',
      host().sshConfig,
    ])
  /** The protocol of passive checks: a header of 13 bytes with the length, before the key and before the value. */
  const agent = async (key: string): Promise<string> =>
    host().read(
      `perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new("127.0.0.1:10050") or die "no agent: $!"; $k = shift; print $s "ZBXD\\1" . pack("V2", length $k, 0) . $k; local $/; print substr(<$s>, 13)' ${key}`,
    )

  test('the agent answers 1 or 0, whatever the server does, and nobody else reads the password', async () => {
    await mariadb(`CREATE DATABASE app; CREATE TABLE app.imports (day DATE); INSERT INTO app.imports VALUES (CURDATE());
      CREATE USER zabbix@localhost IDENTIFIED VIA unix_socket; GRANT SELECT ON app.* TO zabbix@localhost;
      CREATE USER monitor@localhost IDENTIFIED BY 'quiet "words" #1'; GRANT SELECT ON app.* TO monitor@localhost`)
    const query = 'SELECT 1 FROM app.imports WHERE day = CURDATE() -- today'
    const made = await ops('apply', 'import.today', query, '--yes')
    expect(made.stderr).toBe('')
    expect(made.code).toBe(0)
    expect((await ops('check', 'import.today', query)).code).toBe(0)
    expect(await agent('import.today')).toBe('1')
    const none = await ops(
      'apply',
      'import.none',
      "SELECT day, day FROM app.imports WHERE day < '2000-01-01'",
      '--yes',
      '--user',
      'monitor',
      '--password',
      '@word',
    )
    expect(none.stderr).toBe('')
    expect(await agent('import.none')).toBe('0')
    await mariadb("INSERT INTO app.imports VALUES ('1999-01-01')")
    expect(await agent('import.none')).toBe('1')
    expect(await agent('import.today')).toBe('1')
    expect(
      (await host().exec('cat /etc/zabbix/ops-checks/import.none.cnf', { user: 'guest' })).code,
    ).not.toBe(0)
    expect(none.stdout).not.toContain('quiet')
    await host().read('systemctl stop mariadb')
    expect(await agent('import.none')).toBe('0')
    expect((await ops('check', 'import.today', query)).code).not.toBe(0)
    await host().read('systemctl start mariadb')
    expect(await agent('import.none')).toBe('1')
  })

  test('a check that fails as zabbix is told with what the server says, and the agent does not get it', async () => {
    const gone = await ops('apply', 'gone', 'SELECT 1 FROM app.nothing', '--yes')
    expect(gone.stderr + gone.stdout).toContain("doesn't exist")
    expect(gone.code).toBe(1)
    const wrong = await ops(
      'apply',
      'wrong',
      'SELECT 1',
      '--yes',
      '--user',
      'monitor',
      '--password',
      '@other',
    )
    expect(wrong.stderr + wrong.stdout).toContain('Access denied')
    expect(await host().read('ls /etc/zabbix/zabbix_agentd.conf.d')).not.toMatch(/gone|wrong/)
    expect(await agent('gone')).toContain('ZBX_NOTSUPPORTED')
    const writes = await ops('apply', 'x', 'DELETE FROM app.imports', '--yes')
    expect(writes.stderr).toContain('it is DELETE, no SELECT')
    expect(writes.code).toBe(3)
  })
})
