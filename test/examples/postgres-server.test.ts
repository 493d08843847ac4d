import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Folder } from '../cli/run-ops.ts'
import { describeReal } from '../hosts/available.ts'
import { useHost } from '../hosts/use-hosts.ts'
import { comesAbout, examplesFolder, runOn } from './set-up.ts'

describeReal('a server of PostgreSQL', () => {
  // What the server's package brings along.
  const broughtAlong = [
    'libjson-perl',
    'libllvm14',
    'libpq5',
    'libxslt1.1',
    'locales',
    'logrotate',
    'ssl-cert',
  ]
  const host = useHost({ storage: 'disk-without-sync', withPackages: broughtAlong })
  let folder: Folder
  beforeAll(() => {
    folder = examplesFolder()
  })
  afterAll(() => folder?.remove())

  test('is done in one run; the application logs in over the network, and a dump is one', async () => {
    const address = (await host().read('hostname -I')).trim().split(' ')[0] ?? ''
    const ops = runOn(folder, host(), 'postgres-server', { OPS_PARAM_PASSWORD: 'correct horse' })
    const params = [
      '--app',
      'shop',
      '--network',
      `${address}/32`,
      '--listen',
      'localhost',
      '--listen',
      address,
      '--connections',
      '42',
    ]
    await comesAbout(() => ops.apply(...params))
    const asked = `PGPASSWORD='correct horse' psql -h ${address} -U shop -XAtc "show max_connections; select pg_has_role('readers','member')" shop`
    expect(await host().read(asked)).toBe('42\nt\n')
    await host().read('systemctl start postgres-dump.service')
    expect(await host().read('zcat /var/backups/postgresql/*.sql.gz | grep -c "^CREATE ROLE shop"')).toBe(
      '1\n',
    )
    expect(await host().read('systemctl is-active postgres-dump.timer')).toBe('active\n')
    // An address of another machine is told: the server itself starts without it, and only warns.
    const stray = ['--listen', 'localhost', '--listen', '192.0.2.9', '--connections', '42']
    const foreign = await ops.apply('--app', 'shop', '--network', `${address}/32`, ...stray)
    expect([foreign.code, foreign.stderr]).toEqual([1, expect.stringContaining('192.0.2.9')])
  }, 600_000)
})
