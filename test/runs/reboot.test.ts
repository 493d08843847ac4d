import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith } from '../cli/run-ops.ts'
import { describeReal } from '../hosts/available.ts'
import { useHost } from '../hosts/use-hosts.ts'

const restarts = `
import { command, file, recipe } from 'ops-recipes'
export default recipe({
  summary: 'Restarts the host once, between two files.',
  params: {},
  steps: () => [
    file({ path: '/etc/before', content: 'before\\n' }),
    command({ run: 'cp /proc/sys/kernel/random/boot_id /var/lib/first-boot; systemctl reboot', unless: '[ -e /var/lib/first-boot ] && ! cmp -s /var/lib/first-boot /proc/sys/kernel/random/boot_id' }, { drops: 'boot' }),
    file({ path: '/etc/after', content: 'after\\n' }),
  ],
})
`

describeReal('a step that restarts the host', () => {
  const host = useHost()
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({ 'recipes/restarts.ts': restarts })
  })
  afterAll(() => folder?.remove())

  test('is waited for until the next boot, and the steps after it are done then', async () => {
    const argv = ['apply', 'restarts', host().name, '-F', host().sshConfig, '--yes']
    const before = await host().bootId()
    const run = await folder.ops(argv)
    expect([run.code, run.stdout]).toEqual([0, expect.stringContaining('3 changed')])
    expect(await host().bootId()).not.toBe(before)
    expect(await host().read('cat /etc/before /etc/after')).toBe('before\nafter\n')
    expect((await folder.ops(argv)).stdout).toContain('nothing to do')
  })
})
