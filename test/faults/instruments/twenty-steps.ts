/** The job that faults are injected into: twenty steps of most kinds, with what each path may hold at any moment. */
import type { Host } from '../../hosts/host.ts'
import { directoryIs, fileIs, linkIs, type PathVersions } from './path-state.ts'

/** A secret that the job carries: nothing but `secretPath` may ever hold it. */
export const secretText = 'canary-5fe3b1c8d2'
export const secretPath = '/etc/fault/secret.conf'

const parts = ['one', 'two', 'three', 'four', 'five', 'six']
const text = (name: string, generation: string): string =>
  Array.from({ length: 20 }, (_, line) => `${generation} ${name} line ${line}\n`).join('')

const unit = (seconds: number): string =>
  `[Service]\nExecStart=/bin/sleep ${seconds}\n[Install]\nWantedBy=multi-user.target\n`

const settingsBefore = '; kept by hand\n[main]\none = old\n# two = no\ntwo = old\n\n[other]\ntwo = kept\n'
const settingsAfter = (count: number): string =>
  [
    (now: string) => now.replace('one = old', 'one = new'),
    (now: string) => now.replace('two = old', 'two = new'),
    (now: string) => now.replace('two = new\n', 'two = new\nthree = new\n'),
  ]
    .slice(0, count)
    .reduce((now, edit) => edit(now), settingsBefore)
const linesBefore = 'first\nsetting=old\nlast\n'

/** The recipe, twenty steps. */
export const twentySteps = {
  'recipes/twenty.ts': `
import { command, directory, file, line, link, option, recipe, secret, service } from 'ops-recipes'

const text = (name: string) => Array.from({ length: 20 }, (_, line) => \`new \${name} line \${line}\\n\`).join('')

export default recipe({
  summary: 'Twenty steps.',
  params: { token: secret().describe('A secret.') },
  steps: ({ params }) => [
    directory({ path: '/etc/fault', mode: '0755' }),
    directory({ path: '/etc/fault/made', mode: '0750' }),
    directory({ path: '/etc/fault/made/deeper', mode: '0700' }),
    ${JSON.stringify(parts)}.map(name => file({ path: '/etc/fault/' + name + '.conf', content: text(name), mode: '0640', group: 'adm' })),
    file({ path: '/etc/fault/made/new.conf', content: text('made'), mode: '0600' }),
    file({ path: '${secretPath}', content: params.token, mode: '0600' }),
    option({ path: '/etc/fault/settings.ini', section: 'main', key: 'one', value: 'new' }),
    option({ path: '/etc/fault/settings.ini', section: 'main', key: 'two', value: 'new' }),
    option({ path: '/etc/fault/settings.ini', section: 'main', key: 'three', value: 'new' }),
    line({ path: '/etc/fault/lines', line: 'setting=new', match: '^setting=' }),
    link({ path: '/etc/fault/link', to: '/etc/fault/one.conf' }),
    command({ run: 'echo done >/etc/fault/made/marker', creates: '/etc/fault/made/marker' }),
    file({ path: '/etc/systemd/system/fault.service', content: ${JSON.stringify(unit(100_000))}, mode: '0644' }),
    service({ unit: 'fault', running: true, enabled: true, follows: ['/etc/fault/one.conf', '/etc/systemd/system/fault.service'] }),
    file({ path: '/etc/fault/last.conf', content: text('last'), mode: '0644' }),
  ],
})
`,
}

/** How many steps the recipe has. */
export const stepCount = 20

/** Every managed path: what it holds before, what it is to hold after, and what lies between. */
export const managedPaths: readonly PathVersions[] = [
  { path: '/etc/fault', before: directoryIs('711'), after: directoryIs('755') },
  { path: '/etc/fault/made', after: directoryIs('750') },
  { path: '/etc/fault/made/deeper', after: directoryIs('700') },
  ...parts.map((name, index) => ({
    path: `/etc/fault/${name}.conf`,
    // Half of them are there before, with another mode and group.
    ...(index % 2 === 0 && { before: fileIs(text(name, 'old'), '604') }),
    after: fileIs(text(name, 'new'), '640', 'root:adm'),
  })),
  { path: '/etc/fault/made/new.conf', after: fileIs(text('made', 'new'), '600') },
  { path: secretPath, after: fileIs(secretText, '600') },
  {
    path: '/etc/fault/settings.ini',
    before: fileIs(settingsBefore, '644'),
    between: [1, 2].map(count => fileIs(settingsAfter(count), '644')),
    after: fileIs(settingsAfter(3), '644'),
  },
  {
    path: '/etc/fault/lines',
    before: fileIs(linesBefore, '640'),
    after: fileIs(linesBefore.replace('setting=old', 'setting=new'), '640'),
  },
  { path: '/etc/fault/link', after: linkIs('/etc/fault/one.conf') },
  { path: '/etc/fault/made/marker', after: fileIs('done\n', '644') },
  {
    path: '/etc/systemd/system/fault.service',
    before: fileIs(unit(99_999), '644'),
    after: fileIs(unit(100_000), '644'),
  },
  { path: '/etc/fault/last.conf', after: fileIs(text('last', 'new'), '644') },
]

/** Paths beside the managed ones, which nothing may touch. */
export const foreignPaths: readonly PathVersions[] = [
  { path: '/etc/fault/mine', before: fileIs('mine\n', '600'), after: fileIs('mine\n', '600') },
  { path: '/etc/fault/one.conf.bak', before: fileIs('kept\n', '644'), after: fileIs('kept\n', '644') },
]

/** Brings the host to where the job begins; fast, as every case begins with it. */
export async function resetHost(host: Host): Promise<void> {
  const lines = [...managedPaths, ...foreignPaths].flatMap(({ path, before }) =>
    before?.text === undefined ? [] : [`printf %s '${before.text}' >${path}; chmod ${before.mode} ${path}`],
  )
  await host.read(`
systemctl stop fault.service 2>/dev/null; systemctl disable -q fault.service 2>/dev/null
rm -rf /etc/fault /etc/systemd/system/fault.service /run/ops/loaded/fault.service /var/lib/ops/kept
mkdir -m 0711 /etc/fault
${lines.join('\n')}
systemctl daemon-reload; systemctl start fault.service`)
}

/** Whether the service runs what is on disk and will at boot, in words of systemd alone. */
export async function serviceIsWanted(host: Host): Promise<boolean> {
  const { stdout } = await host.exec(
    'systemctl is-active fault; systemctl is-enabled fault; tr "\\0" " " </proc/$(systemctl show -P MainPID fault)/cmdline',
  )
  return stdout === 'active\nenabled\n/bin/sleep 100000 '
}
