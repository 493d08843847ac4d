/** Projects of docker compose on a booted host with a real Docker engine; what the engine and compose say themselves is the oracle. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { envText } from '../../../src/resources/compose-project/env-file.ts'
import { composeProject } from '../../../src/resources/compose-project.ts'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { skippedFor } from '../../needs.ts'

test.each([
  [{ content: 'services: {}', source: 'compose.yaml' }, 'give only one of'],
  [{ content: ' \n' }, 'must not be empty'],
  [{ content: 'services: {}', files: ['compose.yaml'] }, 'in the folder already'],
  [{ files: ['../compose.yaml'] }, 'must be a plain path'],
  [{ env: { 'A B': 'x' } }, 'must be the name of a variable'],
  [{ env: { A: 'x\r' } }, 'must be without control characters'],
  [{ name: 'Shop' }, 'must be small letters'],
  [{ state: 'absent' as const, env: {} }, 'alone'],
])('%j is refused beforehand', (given, words) => {
  const { problems } = composeProject({ path: '/srv/shop', ...given })
  expect(problems.map(({ title }) => title)).toEqual([expect.stringContaining(words)])
})

const recipe = `
import { composeProject, recipe, secret, z } from 'ops-recipes'

export default recipe({
  summary: 'A project, as the test says.',
  params: { given: z.string().describe('As JSON.'), token: secret().describe('For .env.') },
  steps: ({ params: { given, token } }) => {
    const { env, ...rest } = JSON.parse(given)
    return [composeProject({ path: '/srv/shop', waitSeconds: 300, ...rest, ...(env && { env: { TOKEN: token, ...env } }) })]
  },
})
`

/** Containers in a host that is a container itself: no control groups, no keyring, no bridge. */
const engine = {
  'storage-driver': 'vfs',
  bridge: 'none',
  iptables: false,
  ip6tables: false,
  'default-runtime': 'plain',
  runtimes: {
    plain: {
      runtimeType: 'io.containerd.runc.v2',
      options: { BinaryName: '/usr/local/bin/plain', NoNewKeyring: true },
    },
  },
}

interface Service {
  readonly run?: string
  readonly more?: string
}

/** Services that sleep, unless they are to run something else. */
const project = (services: Readonly<Record<string, Service>>, more = '') =>
  `services:\n${Object.entries(services)
    .map(
      ([name, { run = 'exec sleep 100000', more: own = '' }]) =>
        `  ${name}:\n    image: box:1\n    init: true\n    network_mode: none\n    stop_grace_period: 1s\n    command: [sh, -c, ${JSON.stringify(run)}]\n${own}`,
    )
    .join('')}${more}`

const healthy = '    healthcheck: { test: [CMD, "true"], interval: 1s }\n'
const web = { more: `    environment: { TOKEN: "\${TOKEN}" }\n${healthy}` }
const worker = { more: '    env_file: .env\n    volumes: ["data:/data"]\n    deploy: { replicas: 2 }\n' }
const both = project({ web, worker }, 'volumes: { data: {} }\n')

describeReal('a project of docker compose', () => {
  const host = useHost({
    release: 'trixie',
    withPackages: [
      'docker.io',
      'docker-cli',
      'docker-compose',
      'docker-buildx',
      'docker-registry',
      'crun',
      'busybox-static',
    ],
    files: {
      '/etc/docker/daemon.json': JSON.stringify(engine),
      '/etc/docker/registry/config.yml':
        'version: 0.1\nstorage: { filesystem: { rootdirectory: /var/lib/docker-registry } }\nhttp: { addr: "127.0.0.1:5000" }\n',
      '/usr/local/bin/plain': '#!/bin/sh\nexec /usr/bin/crun --cgroup-manager=disabled "$@"\n',
      // What is asked of docker, and by which words.
      '/usr/local/sbin/docker': '#!/bin/sh\nprintf "%s\\n" "$*" >>/root/asked\nexec /usr/bin/docker "$@"\n',
    },
  })
  let folder: Folder
  let hindered = ''
  beforeAll(async () => {
    folder = folderWith({ 'recipes/project.ts': recipe })
    const { code, stderr } = await host().exec(`set -e; chmod 755 /usr/local/bin/plain /usr/local/sbin/docker
timeout 300 sh -c 'until /usr/bin/docker version >/dev/null 2>&1; do sleep 0.2; done'
mkdir -p /root/box/bin; cp /bin/busybox /root/box/bin; for each in sh sleep cat true false; do ln -s busybox /root/box/bin/$each; done
tar -C /root/box -c . | /usr/bin/docker import - box:1
/usr/bin/docker run --rm --network none box:1 true`)
    if (code !== 0) hindered = skippedFor(`no container of Docker runs in a host of this machine: ${stderr}`)
  }, 900_000)
  afterAll(() => folder?.remove())

  const proves = (title: string, prove: () => Promise<void>) =>
    test(title, async context => {
      context.skip(hindered !== '', hindered)
      await prove()
    }, 900_000)
  const ops = (
    verb: string,
    given: Readonly<Record<string, unknown>>,
    token = 'hunter22',
    ...more: string[]
  ) =>
    folder.ops(
      [
        ...[verb, 'project', host().name, '-F', host().sshConfig, '--given', JSON.stringify(given), ...more],
        ...(verb === 'apply' ? ['--yes'] : []),
      ],
      { env: { OPS_PARAM_TOKEN: token } },
    )
  /** Done, and nothing is left to do; answers with the id of the run. */
  const applied = async (given: Readonly<Record<string, unknown>>, token?: string) => {
    const { code, stdout, stderr } = await ops('apply', given, token)
    expect([code, stderr]).toEqual([0, ''])
    const again = await ops('apply', given, token, '--json')
    const { trips } = JSON.parse(again.stdout.trimEnd().split('\n').at(-1) ?? '')
    expect([again.code, Object.values(trips)]).toEqual([0, [1]])
    return /^run (\w+):/m.exec(stdout)?.[1] ?? ''
  }
  /** All is as the cases begin with. */
  const ready = async () => {
    const { code, stderr } = await ops('apply', up)
    expect([code, stderr]).toEqual([0, ''])
  }
  const undone = async (run: string) => {
    const { code, stderr } = await folder.ops(['undo', run, host().name, '-F', host().sshConfig, '--yes'])
    expect([code, stderr]).toEqual([0, ''])
  }
  /** What compose itself would do now: `Running` and nothing else where all is as it should be. */
  const left = async (files = '') => {
    const said = await host().read(
      `cd /srv/shop && /usr/bin/docker compose ${files} up -d --dry-run 2>&1 | sed -n 's/.*Container [^ ]* *//p' | sort -u`,
    )
    return said.trim()
  }
  /** Each container of the engine, with what it has. */
  const there = async (name = 'shop') =>
    (
      await host().read(
        `/usr/bin/docker ps -a --filter label=com.docker.compose.project=${name} --format '{{.Label "com.docker.compose.service"}} {{.State}}' | sort`,
      )
    ).trim()
  const tokenIn = async (container: string) =>
    (await host().read(`/usr/bin/docker exec ${container} sh -c 'printf "%s" "$TOKEN"'`)).trim()
  const up = { content: both, env: {} }

  proves(
    'comes up from nothing in two trips, and no plan, record or argument tells its secrets',
    async () => {
      await host().read(': >/root/asked')
      const plan = await ops('plan', up)
      expect(plan.stdout).toContain('services: web: missing, worker: missing -> up')
      expect(await there()).toBe('')
      await applied(up)
      expect(await there()).toBe('web running\nworker running\nworker running')
      expect(await left()).toBe('Running')
      expect([await tokenIn('shop-web-1'), await tokenIn('shop-worker-2')]).toEqual(['hunter22', 'hunter22'])
      expect(await host().read('stat -c "%a %U" /srv/shop/.env /srv/shop/compose.yaml')).toBe(
        '600 root\n644 root\n',
      )
      const other = await ops('apply', up, 'swordfish', '-v')
      expect(other.code).toBe(0)
      for (const { stdout, stderr } of [plan, other])
        expect(stdout + stderr).not.toMatch(/hunter22|swordfish/)
      expect(
        await host().read(
          'cat /root/asked; find /var/lib/ops /run/ops -type f ! -path "*/kept/*" -exec grep -l "hunter22\\|swordfish" {} + || :',
        ),
      ).not.toMatch(/hunter22|swordfish|\/var|\/run/)
      expect(await host().read('ls /tmp')).not.toContain('tmp.')
      expect([await tokenIn('shop-web-1'), await tokenIn('shop-worker-2')]).toEqual([
        'swordfish',
        'swordfish',
      ])
      expect(await left()).toBe('Running')
    },
  )

  proves('tells of each service what differs, and brings that alone about', async () => {
    await ready()
    const cases: readonly (readonly [string, string])[] = [
      [
        '/usr/bin/docker stop -t 1 shop-web-1; /usr/bin/docker rm -f shop-worker-1',
        'services: web: stopped, worker: 1 times, not 2 -> up',
      ],
      [
        'cd /srv/shop && TOKEN=theirs /usr/bin/docker compose up -d web; chmod 644 .env',
        'mode of .env: 0644 -> 0600\n      services: web: other configuration -> up',
      ],
      [
        'echo >/root/box/new; tar -C /root/box -c . | /usr/bin/docker import - box:1; echo "# theirs" >>/srv/shop/compose.yaml',
        'services: web: other image, worker: other image -> up',
      ],
    ]
    for (const [wrong, words] of cases) {
      await host().read(wrong)
      expect((await ops('plan', up)).stdout).toContain(words)
      const { code, stderr } = await ops('apply', up)
      expect([code, stderr]).toEqual([0, ''])
      expect([await there(), await left()]).toEqual([
        'web running\nworker running\nworker running',
        'Running',
      ])
    }
    await applied(up)
  })

  proves('leaves what is no longer in its file alone, unless it is asked to take it away', async () => {
    await ready()
    const less = { ...up, content: project({ web }) }
    const { code, stdout } = await ops('apply', less)
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining('not in the compose file, and left alone: worker'),
    ])
    expect(await there()).toBe('web running\nworker running\nworker running')
    await applied({ ...less, removeOrphans: true })
    expect([await there(), await host().read('/usr/bin/docker volume ls -q')]).toEqual([
      'web running',
      'shop_data\n',
    ])
    // A service of a profile that is not asked for is in the file; what is added goes by an undo.
    const more = { ...up, content: project({ web, cache: {}, tool: { more: '    profiles: [tools]\n' } }) }
    const added = await applied(more)
    await host().read('cd /srv/shop && /usr/bin/docker compose --profile tools up -d tool')
    const { code: known, stdout: told } = await ops('plan', more)
    expect([known, told]).toEqual([0, expect.not.stringContaining('not in the compose file')])
    expect((await ops('check', { ...more, removeOrphans: true })).code).toBe(0)
    await host().read('/usr/bin/docker rm -f shop-tool-1')
    await undone(added)
    expect([await there(), await left()]).toEqual(['web running', 'Running'])
  })

  proves('that does not get healthy is put back as it was, by name and with its last lines', async () => {
    await ready()
    const sick = project(
      {
        web: {
          ...web,
          run: 'echo no database at $$TOKEN >&2; exec sleep 100000',
          more: web.more.replace('"true"', '"false"').replace('1s', '1s, retries: 2'),
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
    await undone(await applied({ ...given, state: 'absent' }))
    expect(await there('library')).toBe('migrate exited\nreader running')
    await undone(run)
    expect(await there('library')).toBe('')
    expect(await host().read('ls /srv/shelf')).toBe('compose.prod.yaml\ncompose.yaml\n')
  })

  proves('hands every value over as it is, to compose and to the services', async () => {
    const values = [
      ...[
        'with space',
        "a'b",
        'a"b',
        'a\\b',
        'a$b',
        '${HOME}',
        '$(id)',
        'a\\nb',
        '#x',
        'x #y',
        ' lead',
        'trail ',
      ],
      ...[
        'a\'b"c\\d$e`f',
        'é日',
        'line1\nline2',
        '\\',
        "'",
        '"',
        "a\\'b",
        '$$',
        '=x',
        '!h',
        '{}',
        'a\tb',
        '',
      ],
    ]
    const env = Object.fromEntries(values.map((value, at) => [`V${at}`, value]))
    await host().exec('mkdir -p /srv/values; cat >/srv/values/.env', { input: envText(env) })
    await host().read(`cat >/srv/values/compose.yaml <<'END'
services:
  box:
    image: box:1
    env_file: .env
    labels:
${values.map((_value, at) => `      v${at}: "\${V${at}}"`).join('\n')}
END`)
    const { services } = JSON.parse(
      await host().read('cd /srv/values && /usr/bin/docker compose config --format json'),
    )
    const { environment, labels } = services.box
    const read = (text: string) => text.replaceAll('$$', '$')
    expect(values.map((_value, at) => read(environment[`V${at}`]))).toEqual(values)
    expect(values.map((_value, at) => read(labels[`v${at}`]))).toEqual(values)
  })

  proves('goes by an undo, comes back by one, and keeps its volumes', async () => {
    await ready()
    await host().read('/usr/bin/docker exec shop-worker-1 sh -c "echo kept >/data/kept"')
    const changed = await applied(up, 'changed-token')
    await undone(changed)
    expect(await tokenIn('shop-web-1')).toBe('hunter22')
    expect((await ops('check', up)).code).toBe(0)
    const down = await applied({ state: 'absent' })
    expect([await there(), await host().read('/usr/bin/docker volume ls -q')]).toEqual(['', 'shop_data\n'])
    await undone(down)
    expect(await host().read('/usr/bin/docker exec shop-worker-1 cat /data/kept')).toBe('kept\n')
    expect((await ops('check', up)).code).toBe(0)
    await applied({ state: 'absent' })
    await host().read('rm -r /srv/shop')
    await undone(await applied(up))
    expect([await there(), await host().read('ls -A /srv/shop')]).toEqual(['', ''])
  })

  proves('asks the registry for newer images, and pulls none before the apply', async () => {
    const image = 'localhost:5000/box:1'
    const id = () => host().read(`/usr/bin/docker image inspect --format '{{.Id}}' ${image}`)
    await host().read(
      `systemctl start docker-registry; timeout 300 sh -c 'until /usr/bin/docker tag box:1 ${image} && /usr/bin/docker push -q ${image}; do sleep 0.2; done'; /usr/bin/docker rmi ${image}`,
    )
    const given = {
      path: '/srv/pulled',
      pull: 'always',
      content: project({ web }).replace('box:1', image),
      env: {},
    }
    expect((await ops('plan', given)).stdout).toContain(
      `not on the host yet, and pulled or built by the apply: ${image}`,
    )
    await applied(given)
    const first = await id()
    await host().read(`set -e; echo >/root/box/newer; tar -C /root/box -c . | /usr/bin/docker import - box:newer
/usr/bin/docker tag box:newer ${image}; /usr/bin/docker push -q ${image}; /usr/bin/docker tag ${first.trim()} ${image}`)
    expect((await ops('plan', given)).stdout).toContain(`newer at its registry: ${image}`)
    expect(await id()).toBe(first)
    await applied(given)
    expect(await id()).not.toBe(first)
    expect(await host().read(`/usr/bin/docker inspect --format '{{.Image}}' pulled-web-1`)).toBe(await id())
    await host().read('systemctl stop docker-registry')
    const silent = await ops('plan', given)
    expect([silent.code, silent.stderr]).toEqual([
      1,
      expect.stringContaining(`the registry cannot be asked for ${image}`),
    ])
    await host().read('/usr/bin/docker rm -f pulled-web-1')
  })

  proves('is refused with the reason where it cannot be had, and all is as it was', async () => {
    await ready()
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
