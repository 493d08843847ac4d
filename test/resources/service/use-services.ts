/** A booted host with nginx and a daemon that dies when it is told to, and runs of `service` there. */
import { afterAll, beforeAll } from 'vitest'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { useHost } from '../../hosts/use-hosts.ts'

const services = `
import { file, recipe, service, z } from 'ops-recipes'

export default recipe({
  summary: 'Files and a service as the test says.',
  params: {
    files: z.string().default('{}').describe('Contents by path, as JSON.'),
    unit: z.string().describe('Params of service, as JSON.'),
  },
  steps: ({ params }) => [
    Object.entries(JSON.parse(params.files)).map(([path, content]) => file({ path, content: String(content) })),
    service(JSON.parse(params.unit)),
  ],
})
`

/** A daemon that starts well and dies when its configuration says so. */
const frail = `#!/bin/sh
read -r life </etc/frail.conf
[ "$life" != refuses ] || { echo 'frail: Error: it refuses' >&2; exit 1; }
exec sleep "$life"
`
const frailUnit = `[Service]
ExecStart=/usr/local/bin/frail
ExecReload=/bin/true
[Install]
WantedBy=multi-user.target
`

export const page = (listen: number, more = '') =>
  `server { listen ${listen}; ${more} return 200 "port ${listen}"; }\n`
export const conf = '/etc/nginx/conf.d/page.conf'
export const nginx = {
  unit: 'nginx',
  running: true,
  enabled: true,
  follows: ['/etc/nginx'],
  onChange: 'reload',
}

/** Boots the host before the tests of the suite. */
export function useServices() {
  const host = useHost({
    withPackages: ['nginx', 'curl'],
    files: { '/etc/systemd/system/frail.service': frailUnit },
  })
  let folder: Folder
  beforeAll(async () => {
    folder = folderWith({ 'recipes/services.ts': services })
    await host().exec('cat >/usr/local/bin/frail; chmod 755 /usr/local/bin/frail', { input: frail })
  })
  afterAll(() => folder?.remove())

  const ops = (verb: string, unit: object, files: object = {}) =>
    folder.answer([
      verb,
      'services',
      host().name,
      '-F',
      host().sshConfig,
      ...(verb === 'apply' ? ['--yes'] : []),
      '--unit',
      JSON.stringify(unit),
      '--files',
      JSON.stringify(files),
    ])
  const show = async (unit: string, property: string) =>
    (await host().read(`systemctl show --value -p ${property} ${unit}`)).trim()
  const body = async (port: number) => (await host().exec(`curl -s http://127.0.0.1:${port}/`)).stdout
  return { host, ops, show, body }
}
