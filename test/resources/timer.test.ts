/** A timer on a booted host, where systemd judges when and what. */
import { expect, test } from 'vitest'
import { folderWith } from '../cli/run-ops.ts'
import { describeReal } from '../hosts/available.ts'
import { useHost } from '../hosts/use-hosts.ts'

const recipe = `import { recipe, timer, z } from 'ops-recipes'
export default recipe({
  summary: 'A report.',
  params: { run: z.string(), at: z.string() },
  steps: ({ params }) => [timer({ name: 'report', ...params })],
})
`

describeReal('a timer', () => {
  const host = useHost()

  test('at a time that is none leaves the command and the time as they were', async () => {
    const folder = folderWith({ 'recipes/report.ts': recipe })
    try {
      const apply = (run: string, at: string) =>
        folder.ops([
          'apply',
          'report',
          host().name,
          '--run',
          run,
          '--at',
          at,
          '--yes',
          '-F',
          host().sshConfig,
        ])
      const units = () =>
        host().read(
          'cat /etc/systemd/system/report.*; systemctl show -p ExecStart report.service; systemctl is-active report.timer',
        )
      expect(await apply('echo good', 'Mon..Fri 03:00')).toMatchObject({ code: 0, stderr: '' })
      const before = await units()
      const bad = await apply('echo new', 'Blursday')
      expect([bad.code, bad.stderr]).toEqual([1, expect.stringContaining('Blursday')])
      expect(await units()).toBe(before)
      expect((await apply('echo good', 'Mon..Fri 03:00')).stdout).toContain('nothing to do')
      expect((await apply('echo new', 'daily')).code).toBe(0)
      expect(await units()).toContain('echo new')
    } finally {
      folder.remove()
    }
  })
})
