import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Folder } from '../cli/run-ops.ts'
import { describeReal } from '../hosts/available.ts'
import { useHost } from '../hosts/use-hosts.ts'
import { comesAbout, examplesFolder, runOn } from './set-up.ts'

const run = promisify(execFile)

describeReal('the first hour of a server', () => {
  // What the packages bring along that the recipe names.
  const broughtAlong = ['iptables', 'lsb-release', 'python3-apt', 'python3-distro-info']
  const host = useHost({ storage: 'disk-without-sync', withPackages: broughtAlong })
  let folder: Folder
  beforeAll(() => {
    folder = examplesFolder()
  })
  afterAll(() => folder?.remove())

  test('is done in one run, and the administrator, the firewall, fail2ban and the updates are there', async () => {
    const key = (await host().read('cat /root/.ssh/authorized_keys')).trim()
    const ops = runOn(folder, host(), 'first-hour-server')
    await comesAbout(() =>
      ops.apply('--admin', 'first.last', '--key', key, '--swap', 'none', '--zone', 'Europe/Berlin'),
    )
    const admin = await run('ssh', [
      '-F',
      host().sshConfig,
      '-l',
      'first.last',
      host().name,
      'sudo -n id -un; date +%Z',
    ])
    expect(admin.stdout).toMatch(/^root\nCES?T\n$/)
    expect(await host().read('sshd -T | grep -i -e ^passwordauth -e ^permitroot')).toBe(
      'permitrootlogin without-password\npasswordauthentication no\n',
    )
    const rules = await host().read('ufw status verbose')
    expect(rules).toContain('Default: deny (incoming)')
    for (const port of ['22/tcp', '80/tcp', '443/tcp'])
      expect(rules).toMatch(new RegExp(`^${port} +ALLOW IN`, 'm'))
    expect(await host().read('fail2ban-client status sshd')).toContain('Status for the jail: sshd')
    expect(await host().read('apt-config dump APT::Periodic::Unattended-Upgrade')).toContain('"1"')
    // The hosts of the tests are containers, which may not set swap.
    const refused = await ops.plan('--admin', 'first.last', '--key', key, '--swap', '16M')
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('nobody may set swap here')])
  }, 600_000)
})
