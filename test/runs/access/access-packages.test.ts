import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'

const first = `
import { apt, command, file, recipe, service, z } from 'ops-recipes'
export default recipe({
  summary: 'What a fresh host gets first.',
  params: { forgets: z.boolean().default(false).describe('Does not let ssh in.') },
  steps: ({ params }) => [
    file({ path: '/etc/motd', content: 'Welcome.\\n' }),
    apt({ packages: ['ufw', 'openssh-server', 'sudo', 'nftables'] }),
    file({ path: '/etc/sudoers.d/ops', content: 'deploy ALL=(ALL:ALL) NOPASSWD: ALL\\n', mode: '0440', validate: 'visudo -cf %s' }),
    file({ path: '/etc/ssh/sshd_config.d/50-ops.conf', content: 'PasswordAuthentication no\\n' }),
    service({ unit: 'ssh', running: true, follows: ['/etc/ssh/sshd_config.d'], onChange: 'reload' }),
    command(
      {
        run: (params.forgets ? '' : 'ufw allow OpenSSH && ') + 'ufw --force enable',
        unless: 'ufw status | grep -q "Status: active"',
      },
      { access: { firewall: true, paths: ['/etc/ufw/'], undo: 'ufw disable' } },
    ),
  ],
})
`

describeReal('the first recipe of a fresh host', () => {
  // nftables is there, and what ufw brings along: most of what they would wait for beside the cut itself.
  const host = useHost({ withPackages: ['iptables', 'nftables', 'python3', 'ucf'] })
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({ 'recipes/first.ts': first })
  })
  afterAll(() => folder?.remove())

  const apply = (...more: readonly string[]) =>
    folder.answer(['apply', 'first', `${host().name}-deploy`, '-F', host().sshConfig, '--yes', ...more])

  test('taken back leaves its packages whole, says what stays, and goes through once it is mended', async () => {
    const before = await host().read('dpkg --verify || :')
    const cut = await apply('--forgets')
    expect([cut.code, cut.stdout + cut.stderr]).toEqual([
      7,
      expect.stringMatching(
        /took it back by itself\n +taken back: .*command ufw --force enable\n +stays as this run made it: file \/etc\/motd, apt ufw openssh-server sudo nftables.*\n +packages stay .*\bufw\n[\s\S]*changed +yes/,
      ),
    ])
    // On a slow machine a login has confirmed some of the steps before: these stay.
    const stays = /stays as this run made it: (.*)/.exec(cut.stdout + cut.stderr)?.[1] ?? ''
    for (const path of ['/etc/sudoers.d/ops', '/etc/ssh/sshd_config.d/50-ops.conf']) {
      expect((await host().exec(`test -e ${path}`)).code === 0, path).toBe(stays.includes(path))
    }
    expect(await host().read('dpkg --verify || :')).toBe(before)
    expect(await host().read('ufw status')).toBe('Status: inactive\n')
    const mended = await apply()
    expect([mended.code, mended.stdout]).toEqual([0, expect.not.stringContaining('died half-way')])
    expect(await host().read('ufw status | head -n 1')).toBe('Status: active\n')
    const again = await apply()
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('nothing to do')])
  }, 600_000)
})
