/** What an undo makes of projects of docker compose, and projects of files that are there already. */
import { expect } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { project, up, useDocker } from './use-docker.ts'

describeReal('a project of docker compose', () => {
  const { host, proves, ops, apply, applied, undone, there, tokenIn } = useDocker()

  proves('goes by an undo, comes back by one, and keeps its volumes', async () => {
    await apply(up)
    await host().read('/usr/bin/docker exec shop-worker-1 sh -c "echo kept >/data/kept"')
    const { run: changed } = await apply(up, 'changed-token')
    await undone(changed)
    expect(await tokenIn('shop-web-1')).toBe('hunter22')
    expect((await ops('check', up)).code).toBe(0)
    const down = await applied({ state: 'absent' })
    expect([await there(), await host().read('/usr/bin/docker volume ls -q')]).toEqual(['', 'shop_data\n'])
    await undone(down)
    expect(await host().read('/usr/bin/docker exec shop-worker-1 cat /data/kept')).toBe('kept\n')
    expect((await ops('check', up)).code).toBe(0)
    await apply({ state: 'absent' })
    await host().read('rm -r /srv/shop')
    await undone((await apply(up)).run)
    expect([await there(), await host().read('ls -A /srv/shop')]).toEqual(['', ''])
  })

  proves('takes the files that are in its folder, and their own name', async () => {
    await host().read(`mkdir -p /srv/shelf; cd /srv/shelf; cat >compose.yaml <<'END'
name: library
${project({ reader: {}, migrate: { run: 'exit 0' } })}
END
cat >compose.prod.yaml <<'END'
services: { reader: { environment: { PLACE: prod }, depends_on: { migrate: { condition: service_completed_successfully } } } }
END`)
    const given = { path: '/srv/shelf', files: ['compose.yaml', 'compose.prod.yaml'], once: ['migrate'] }
    const run = await applied(given)
    expect(await there('library')).toBe('migrate exited\nreader running')
    expect((await ops('plan', { path: '/srv/shelf', once: ['migrate'] })).stdout).toContain(
      'reader: other configuration',
    )
    await undone((await apply({ ...given, state: 'absent' })).run)
    expect(await there('library')).toBe('migrate exited\nreader running')
    await undone(run)
    expect(await there('library')).toBe('')
    expect(await host().read('ls /srv/shelf')).toBe('compose.prod.yaml\ncompose.yaml\n')
  })
})
