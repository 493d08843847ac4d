/** What stays as it was: services that the file has no longer. */
import { expect } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { project, up, useDocker, web } from './use-docker.ts'

describeReal('a project of docker compose', () => {
  const { host, proves, ops, apply, applied, undone, left, there } = useDocker()

  proves('leaves what is no longer in its file alone, unless it is asked to take it away', async () => {
    await apply(up)
    const less = { ...up, content: project({ web }) }
    expect((await apply(less)).stdout).toContain('not in the compose file, and left alone: worker')
    expect(await there()).toBe('web running\nworker running\nworker running')
    await applied({ ...less, removeOrphans: true })
    expect([await there(), await host().read('/usr/bin/docker volume ls -q')]).toEqual([
      'web running',
      'shop_data\n',
    ])
    // A service of a profile that is not asked for is in the file; what is added goes by an undo.
    const more = { ...up, content: project({ web, cache: {}, tool: { more: '    profiles: [tools]\n' } }) }
    const { run: added } = await apply(more)
    await host().read('cd /srv/shop && /usr/bin/docker compose --profile tools up -d tool')
    const { code: known, stdout: told } = await ops('plan', more)
    expect([known, told]).toEqual([0, expect.not.stringContaining('not in the compose file')])
    expect((await ops('check', { ...more, removeOrphans: true })).code).toBe(0)
    await host().read('/usr/bin/docker rm -f shop-tool-1')
    await undone(added)
    expect([await there(), await left()]).toEqual(['web running', 'Running'])
  })
})
