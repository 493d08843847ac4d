/** A project that does not come up, or is refused: all is as it was. */
import { expect } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { project, up, useDocker, worker } from './use-docker.ts'

describeReal('a project of docker compose', () => {
  const { host, proves, ops, apply, applied, left, there } = useDocker()

  proves('that does not get healthy is put back as it was, by name and with its last lines', async () => {
    await apply(up)
    const sick = project(
      {
        web: {
          run: 'echo no database at $$TOKEN >&2; exec sleep 100000',
          more: '    environment: { TOKEN: "${TOKEN}" }\n    healthcheck: { test: [CMD, "false"], interval: 1s, retries: 2 }\n',
        },
        worker,
      },
      'volumes: { data: {} }\n',
    )
    const failed = await ops('apply', { ...up, content: sick })
    expect(failed.code).toBe(7)
    expect(failed.stderr).toContain('web is unhealthy; compose.yaml was put back, and its services are up')
    expect(failed.stderr).toContain('web | no database at [secret]')
    expect([await there(), await left()]).toEqual(['web running\nworker running\nworker running', 'Running'])
    expect((await ops('check', up)).code).toBe(0)
    const ends = await ops('apply', {
      path: '/srv/ends',
      content: project({ job: { run: 'echo gone wrong; exit 3' } }),
    })
    expect([ends.code, ends.stderr]).toEqual([1, expect.stringContaining('job ended with exit code 3')])
    expect(ends.stderr).toContain('job | gone wrong')
    // Nothing ran there before: what failed stays to be looked at.
    expect(await there('ends')).toBe('job exited')
    const well = { path: '/srv/ends', content: project({ job: { run: 'exit 0' } }), once: ['job'] }
    await applied(well)
    expect(await there('ends')).toBe('job exited')
    await host().read('cd /; /usr/bin/docker compose -p ends down')
  })

  proves('is refused with the reason where it cannot be had, and all is as it was', async () => {
    await apply(up)
    const before = await host().read(
      'cd /srv/shop; ls -A; sha256sum compose.yaml .env; /usr/bin/docker ps -aq',
    )
    const docker = (text: string) => `printf '%s\\n' '#!/bin/sh' '${text}' >/usr/local/sbin/docker`
    const noPlugin =
      '[ "$1" != compose ] || { echo "docker: compose is not a docker command" >&2; exit 1; }; exec /usr/bin/docker "$@"'
    const cases: readonly (readonly [string, Readonly<Record<string, unknown>>, string])[] = [
      [':', { ...up, content: 'services:\n  web: { imag: box }\n' }, 'that compose takes: '],
      [':', { ...up, path: '/home/guest/shop' }, 'name that user by the option `user`'],
      ['chmod 666 /srv/shop/compose.yaml', up, 'others may write in /srv/shop/compose.yaml, and could set'],
      [
        'chmod 644 /srv/shop/compose.yaml; mkdir -p /srv/theirs/sub; cp /srv/shop/compose.yaml /srv/theirs/sub/x.yaml; chown nobody /srv/theirs/sub/x.yaml',
        { path: '/srv/theirs', files: ['sub/x.yaml'] },
        '/srv/theirs/sub/x.yaml belongs to nobody',
      ],
      [':', { path: '/srv/none' }, 'no compose file in /srv/none'],
      [':', { ...up, path: '/srv/twin', name: 'shop' }, '/srv/shop has containers of a project shop already'],
      [docker('echo podman version 5.4.2'), up, 'docker is podman here'],
      [
        `${docker(noPlugin)}; printf '#!/bin/sh\\necho 1.29.2\\n' >/usr/local/sbin/docker-compose; chmod 755 /usr/local/sbin/docker-compose`,
        up,
        'docker-compose is 1.29.2, which is no longer maintained',
      ],
      [
        'printf "#!/bin/sh\\nexit 127\\n" >/usr/local/sbin/docker-compose',
        up,
        'no docker compose, although there is docker',
      ],
      [
        'rm /usr/local/sbin/docker /usr/local/sbin/docker-compose; systemctl stop docker.socket docker',
        { ...up, removeOrphans: true },
        'no answer of the Docker engine',
      ],
    ]
    for (const [wrong, given, words] of cases) {
      await host().read(wrong)
      const refused = await ops('apply', given)
      expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining(words)])
    }
    await host().read(
      `systemctl start docker; timeout 300 sh -c 'until docker version >/dev/null 2>&1; do sleep 0.2; done'`,
    )
    // Without the plugin of the docker program, compose goes by its own name.
    await host().read(
      `${docker(noPlugin)}; chmod 755 /usr/local/sbin/docker; ln -s /usr/libexec/docker/cli-plugins/docker-compose /usr/local/sbin/docker-compose; docker start $(docker ps -aq)`,
    )
    expect(
      await host().read('cd /srv/shop; ls -A; sha256sum compose.yaml .env; /usr/bin/docker ps -aq'),
    ).toBe(before)
    await applied(up)
    expect((await host().exec('ls /srv/twin /srv/none /home/guest/shop')).stdout).toBe('')
  })
})
