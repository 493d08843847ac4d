/** Keeps units of systemd running, enabled, and on the configuration that is on disk. */
import { z } from 'zod'
import type { Claim } from '../engine/claims.ts'
import type { State, Value } from '../engine/resource.ts'
import { resource } from '../engine/step.ts'
import { raw, type Shell, sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { writeLibrary } from '../shell/write-library.ts'
import { serviceChangeLibrary } from './service/change.ts'
import { broughtBy, definitionOf, fullName, mountedAt } from './service/definition.ts'
import { serviceEnabled } from './service/enabled.ts'
import { serviceLookLibrary } from './service/look.ts'
import { portLibrary } from './service/port-holder.ts'
import { serviceWayBack } from './service/way-back.ts'

const params = z
  .strictObject({
    unit: z
      .string()
      .max(255)
      .regex(/^[A-Za-z0-9:_.\\@][A-Za-z0-9:_.\\@-]*$/, 'a unit name has letters, digits and : _ . @ - only')
      .refine(unit => !/@(\.[a-z]+)?$/.test(unit), 'name an instance of the template: unit@name')
      .transform(unit => unit.replace(/\.service$/, ''))
      .describe(
        'Name of the unit; `.service` may be left out, other types are named in full (`apt-daily.timer`).',
      ),
    running: z.boolean().optional().describe('Whether it is to run now. Left out: either is fine.'),
    enabled: z
      .boolean()
      .optional()
      .describe(
        'Whether it is to start at boot, by the links that its [Install] asks for. A unit without [Install] counts as enabled where another one pulls it in.',
      ),
    follows: z
      .array(
        z
          .string()
          .startsWith('/', 'a full path')
          .regex(/^[^\p{Cc}\\]+$/u, 'a path without control characters and backslashes')
          .transform(path => path.replace(/(.)\/+$/, '$1')),
      )
      .default([])
      .describe(
        'Files and folders that the running service must have loaded: it is restarted or reloaded when it has not.',
      ),
    onChange: z
      .enum(['restart', 'reload'])
      .default('restart')
      .describe('What makes it load what it follows.'),
    check: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Shell whose exit code says whether the whole configuration is good, run before a start, restart or reload. nginx, ssh, mariadb, mysql, apache2, php-fpm, haproxy, bind9, rsyslog and unbound have one built in.',
      ),
    listens: z
      .array(
        z
          .string()
          .regex(
            /^(\d{1,5}|(\d{1,3}\.){3}\d{1,3}:\d{1,5}|\/[^\s\p{Cc}]+)$/u,
            'a TCP port, IPV4:PORT or the path of a socket',
          ),
      )
      .default([])
      .describe(
        'Where it must listen before it counts as started: a TCP port, IPV4:PORT or the path of a socket.',
      ),
    proof: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Shell that must succeed before it counts as started or reloaded, such as a real request; asked again until then.',
      ),
    settleSeconds: z
      .number()
      .int()
      .min(1)
      .max(600)
      .default(30)
      .describe('How long it may take to settle after a start or reload.'),
  })
  .refine(value => value.running !== undefined || value.enabled !== undefined || value.follows.length > 0, {
    message: 'say at least one of `running`, `enabled` and `follows`',
  })
  .refine(value => value.running !== false || value.follows.length === 0, {
    message: 'a service that is not to run follows nothing: leave out `follows`',
  })

type Params = z.output<typeof params>

const words = ({ unit, onChange, running, enabled, listens, follows }: Params): string[] => [
  unit,
  `=${onChange}:${yesNo(running)}:${yesNo(enabled)}`,
  ...portsOf(listens).map(port => `^${port}`),
  ...follows,
]

/** Each port once; sockets that are paths have none. */
function portsOf(listens: readonly string[]): string[] {
  return [...new Set(listens.filter(each => !each.startsWith('/')).map(each => each.replace(/.*:/, '')))]
}

const yesNo = (value: boolean | undefined): string => (value === undefined ? '' : value ? 'yes' : 'no')

const mark: Shell = raw('a variable that the engine sets', '"$OPS_MARK"')

/** What nobody can or need enable, as something else starts it (systemctl(1), is-enabled). */
const pulledIn: readonly Value[] = ['static', 'generated', 'indirect']

/** What does not start at boot, and needs nothing more for that. */
const off: readonly Value[] = ['absent', 'masked', 'masked-runtime', 'transient', 'none']

/** `service {unit, running, enabled, follows, onChange}`. */
export const service = resource({
  type: 'service',
  doc: 'Keeps a systemd unit running, enabled, and on the configuration that is on disk; takes a configuration that breaks it back.',
  params,
  examples: [
    { title: 'Run now and at every boot', params: { unit: 'nginx', running: true, enabled: true } },
    {
      title: 'Reload when its configuration is newer than what it runs with',
      params: {
        unit: 'nginx',
        running: true,
        enabled: true,
        follows: ['/etc/nginx/nginx.conf', '/etc/nginx/conf.d'],
        onChange: 'reload',
      },
    },
    {
      title: 'Restart a database and wait for its port',
      params: { unit: 'mariadb', running: true, follows: ['/etc/mysql/mariadb.conf.d'], listens: ['3306'] },
    },
    { title: 'Turn a timer off', params: { unit: 'apt-daily.timer', running: false, enabled: false } },
  ],
  identity: ({ unit }) => unit,
  probe: each => sh`ops_units '' ${words(each)}`,
  probeMany: many => sh`ops_units ${mark} ${many.flatMap(words)}`,
  parse: (observation, each) => parseUnit(observation, each),
  desired: ({ running, enabled, follows }) => ({
    ...(running !== undefined && { running: yesNo(running) }),
    ...(enabled !== undefined && { enabled: yesNo(enabled) }),
    definition: 'as on disk',
    ...(follows.length > 0 && { loaded: 'yes' }),
  }),
  same: (key, actual, desired) => {
    if (actual === desired) return true
    if (key === 'enabled') return (desired === 'yes' ? pulledIn : off).includes(actual)
    if (key === 'running' && desired === 'no') return actual === 'absent' || actual === 'failed'
    return false
  },
  apply: (_change, each) => [
    sh`ops_unit_change ${each.unit} ${each.onChange} ${yesNo(each.running)} ${yesNo(each.enabled)} ${each.check ?? ''} ${each.listens.join(' ')} ${each.settleSeconds} ${each.proof ?? ''} ${each.follows}`,
  ],
  wayBack: ({ keys }, given) => serviceWayBack(keys, given),
  owns: ({ unit }) => [`unit:${unit}`],
  reads: ({ unit, follows }) => [
    ...follows.flatMap((path): Claim[] => [`path:${path}`, `path:${path}/`]),
    ...definitionOf(unit).map((path): Claim => `path:${path}`),
  ],
  // Taking a configuration back writes what it follows, and a start may open ports and write whatever the unit writes.
  affects: ({ unit, listens, enabled }, detail) => [
    `unit:${unit}`,
    ...(enabled === undefined ? [] : alsoOf(detail)).map((name): Claim => `unit:${name}`),
    'path:/run/',
    ...listens.filter(each => each.startsWith('/')).map((each): Claim => `path:${each}`),
    ...portsOf(listens).map((port): Claim => `port:${port}`),
  ],
  redirects: ({ unit }) => mountedAt(unit).map((path): Claim => `path:${path}`),
  // Other units come and go with this one, and a daemon makes folders under its own name.
  stirs: ({ unit }) => [
    'unit:*',
    'port:*',
    ...['cache', 'lib', 'log'].map((folder): Claim => `path:/var/${folder}/${unit.replace(/[@.].*/, '')}/`),
  ],
  notes: (detail, { unit, enabled }) => [
    ...detail.split('\n').filter(line => line !== '' && !line.startsWith(alsoMark)),
    ...(enabled !== undefined && alsoOf(detail).length > 0
      ? [
          `the [Install] of ${unit} has Also=${alsoOf(detail).join(' ')}: to enable or disable the one does so with the other`,
        ]
      : []),
  ],
  needs: ({ unit, source }, given) =>
    unit === 'absent' && source === undefined && (given.running || given.enabled)
      ? {
          what: `no unit ${fullName(given.unit)}`,
          by: broughtBy(given.unit),
          next: 'Is its name right (`systemctl list-unit-files`)? Was its file written since systemd last read them (`systemctl daemon-reload`)? Else put a step before it that brings it: its package, or its `unit`.',
        }
      : undefined,
  impossible: (actual, each) => impossible(actual, each),
  library: [wayLibrary, writeLibrary, portLibrary, serviceEnabled, serviceLookLibrary, serviceChangeLibrary],
  applySeconds: 900,
  takesBack: true,
})

const alsoMark = 'also='

/** The units that `Also=` in its [Install] enables and disables with it, as a step names them. */
function alsoOf(detail: string): readonly string[] {
  const line = detail.split('\n').find(each => each.startsWith(alsoMark))
  const names = line?.slice(alsoMark.length).trim().split(' ') ?? []
  return names.map(name => name.replace(/\.service$/, ''))
}

function parseUnit(observation: string, { enabled, follows }: Params): State {
  const state: Record<string, string> = { definition: 'as on disk' }
  for (const line of observation.split('\n')) {
    const at = line.indexOf('=')
    if (at > 0) state[line.slice(0, at)] = line.slice(at + 1)
  }
  const { unit } = state
  if (unit === undefined) throw new Error('the probe of a unit printed nothing of it')
  // What does not run has nothing old loaded.
  if (unit === 'absent') return { ...state, running: 'absent', enabled: 'absent', loaded: 'yes' }
  const isWhole =
    state.running !== undefined &&
    (enabled === undefined || state.enabled !== undefined) &&
    (follows.length === 0 || state.loaded !== undefined)
  if (!isWhole) throw new Error(`the observation of a unit was cut short: ${observation}`)
  return state
}

function impossible(actual: State, { unit, running, enabled }: Params): string | undefined {
  const name = fullName(unit)
  if (actual.unit === 'masked' && (running || enabled)) {
    const runtime = actual.enabled === 'masked-runtime' || actual.enabled === 'mask over links'
    return `${name} is masked: \`systemctl unmask ${runtime ? '--runtime ' : ''}${unit}\` if it is to run`
  }
  if (actual.oneshot === 'ends') {
    return `${name} is a oneshot without RemainAfterExit=yes: it ends when its work is done, and so it never runs. Say RemainAfterExit=yes in the unit, or leave \`running\` out and name its timer, or run it with \`command\``
  }
  if (actual.start === 'no')
    return `${name} says RefuseManualStart=yes: nobody but another unit can start it, so leave \`running\` out`
  if (actual.stop === 'no')
    return `${name} says RefuseManualStop=yes: nobody but another unit can stop it, so leave \`running\` out`
  if (actual.reload === 'no') return `${name} cannot reload: say \`onChange: 'restart'\``
  return enablingImpossible(actual.enabled ?? '', name, enabled)
}

/** Why the unit cannot be made to start at boot, or not to. */
function enablingImpossible(actual: Value, name: string, enabled: boolean | undefined): string | undefined {
  if (enabled === true && actual === 'transient') {
    return `${name} is transient: it is gone with the next boot; write its unit file with \`file\` first`
  }
  if (enabled === true && actual === 'none') {
    return `nothing starts ${name} at boot: it has no [Install] section, and no other unit wants it. Give it [Install] with WantedBy=multi-user.target, or leave \`enabled\` out`
  }
  if (enabled === false && (actual === 'static' || actual === 'generated')) {
    return `${name} is ${actual}: it has nothing to disable, other units pull it in; mask it by hand if it must never start`
  }
  return undefined
}
