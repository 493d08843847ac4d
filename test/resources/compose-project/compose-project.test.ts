/** Projects of docker compose on a booted host with a real Docker engine; what the engine and compose say themselves is the oracle. */
import { expect, test } from 'vitest'
import { envText } from '../../../src/resources/compose-project/env-file.ts'
import { composeProject } from '../../../src/resources/compose-project.ts'
import { describeReal } from '../../hosts/available.ts'
import { project, up, useDocker, web } from './use-docker.ts'

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

describeReal('a project of docker compose', () => {
  const { host, proves, ops, apply, nothingLeft, applied, left, there, tokenIn } = useDocker()

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
    await apply(up)
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
      expect((await apply(up)).stdout).toContain(words)
      expect([await there(), await left()]).toEqual([
        'web running\nworker running\nworker running',
        'Running',
      ])
    }
    await nothingLeft(up)
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
    await apply(given)
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
})
