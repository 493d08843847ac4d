/** What is told later of steps that changed nothing, or that somebody ended. */
import { expect, test } from 'vitest'
import { folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { watchOps } from '../ops-run.ts'

const recipe = `import { command, file, recipe, sysctl, z } from 'ops-recipes'
export default recipe({
  summary: 'Steps that come to nothing.',
  params: { slow: z.boolean().default(false) },
  steps: ({ params: { slow } }) => [
    // That may make the setting another one, so that the plan cannot refuse it.
    !slow && file({ path: '/etc/sysctl.d/10-mine.conf', content: '# nothing\\n' }),
    slow ? command({ run: 'sleep 1000', creates: '/srv/never' }) : sysctl({ key: 'vm.swappiness', value: '11' }),
  ],
})
`

describeReal('a run that came to nothing', () => {
  const host = useHost()

  test('where the kernel refused its step has left nothing, says the undo, and its record no change', async () => {
    const folder = folderWith({ 'recipes/odd.ts': recipe })
    try {
      const at = [host().name, '-F', host().sshConfig]
      const before = await host().read(
        'mount --bind /proc/sys/vm /proc/sys/vm; mount -o remount,bind,ro /proc/sys/vm; cat /proc/sys/vm/swappiness',
      )
      const applied = await folder.ops(['apply', 'odd', ...at, '--yes'])
      expect([applied.code, applied.stderr]).toEqual([1, expect.stringContaining('nothing was changed')])
      const [run = ''] =
        /(?<=ops undo )[0-9a-f]{8}/.exec(
          (await folder.ops(['history', ...at])).stdout.replace('ops show', 'ops undo'),
        ) ?? []
      for (const place of [[run], [run, ...at]]) {
        const { stdout } = await folder.ops(['show', ...place])
        expect(stdout).toContain('failed sysctl vm.swappiness')
        expect(stdout).not.toContain('-> 11')
      }
      const undone = await folder.ops(['undo', run, ...at, '--yes'])
      expect(undone.stdout).toContain(
        'unchanged sysctl vm.swappiness: this step failed before it changed anything',
      )
      expect([undone.code, await host().read('cat /proc/sys/vm/swappiness')]).toEqual([0, before])
    } finally {
      folder.remove()
    }
  })

  test('as somebody ended it by two Ctrl-C is interrupted in the record of the host as well', async () => {
    const folder = folderWith({ 'recipes/odd.ts': recipe })
    try {
      const at = [host().name, '-F', host().sshConfig]
      const run = watchOps(folder, ['apply', 'odd', ...at, '--slow', '--yes'])
      await run.seen(event => event.event === 'step' && event.status === 'running')
      run.child.kill('SIGINT')
      await host().read(
        'until find /run /tmp /var/tmp /dev/shm -name stop 2>/dev/null | grep -q .; do sleep 0.1; done',
      )
      run.child.kill('SIGINT')
      expect(await run.ended).toBe(130)
      expect((await folder.ops(['history', ...at])).stdout).toMatch(/apply odd +interrupted/)
    } finally {
      folder.remove()
    }
  })
})
