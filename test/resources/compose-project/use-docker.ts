/** Docker with compose on a booted host, and what the tests of a project ask of it; the engine and compose say themselves what is so. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { skippedFor } from '../../needs.ts'

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

type Given = Readonly<Record<string, unknown>>

interface Service {
  readonly run?: string
  readonly more?: string
}

/** Services that sleep, unless they are to run something else. */
export const project = (services: Readonly<Record<string, Service>>, more = '') =>
  `services:\n${Object.entries(services)
    .map(
      ([name, { run = 'exec sleep 100000', more: own = '' }]) =>
        `  ${name}:\n    image: box:1\n    init: true\n    network_mode: none\n    stop_grace_period: 1s\n    command: [sh, -c, ${JSON.stringify(run)}]\n${own}`,
    )
    .join('')}${more}`

/** Looked at until it is healthy, and then no more: each look costs six programs. */
const healthy =
  '    healthcheck: { test: [CMD, "true"], interval: 1h, start_period: 1h, start_interval: 200ms }\n'
export const web = { more: `    environment: { TOKEN: "\${TOKEN}" }\n${healthy}` }
export const worker = {
  more: '    env_file: .env\n    volumes: ["data:/data"]\n    deploy: { replicas: 2 }\n',
}
/** What most cases begin with. */
export const both = project({ web, worker }, 'volumes: { data: {} }\n')
export const up = { content: both, env: {} }

/** Boots a host on which Docker runs containers; beforeAll and afterAll of the suite. */
export function useDocker() {
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
      // What is asked of docker, and by which words. Its programs end too soon for it to pay that Go tidies up.
      '/usr/local/sbin/docker':
        '#!/bin/sh\nprintf "%s\\n" "$*" >>/root/asked\nGOGC=off exec /usr/bin/docker "$@"\n',
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
  const words = (verb: string, given: Given, more: readonly string[] = []) => [
    ...[verb, 'project', host().name, '-F', host().sshConfig, '--given', JSON.stringify(given), ...more],
    ...(verb === 'apply' ? ['--yes'] : []),
  ]
  const ops = (verb: string, given: Given, token = 'hunter22', ...more: string[]) =>
    folder.answer(words(verb, given, more), { env: { OPS_PARAM_TOKEN: token } })
  /** Answers with the id of the run and all that it said. */
  const apply = async (given: Given, token?: string) => {
    const { code, stdout, stderr } = await ops('apply', given, token)
    expect([code, stderr]).toEqual([0, ''])
    return { run: /^run (\w+):/m.exec(stdout)?.[1] ?? '', stdout }
  }
  const nothingLeft = async (given: Given, token?: string) => {
    const { code, stdout } = await ops('apply', given, token, '--json')
    const { trips } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
    expect([code, Object.values(trips)]).toEqual([0, [1]])
  }
  /** Done, and nothing is left to do; answers with the id of the run. */
  const applied = async (given: Given, token?: string) => {
    const { run } = await apply(given, token)
    await nothingLeft(given, token)
    return run
  }
  const undone = async (run: string) => {
    const { code, stderr } = await folder.answer(['undo', run, host().name, '-F', host().sshConfig, '--yes'])
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
  return { host, proves, ops, apply, nothingLeft, applied, undone, left, there, tokenIn }
}
