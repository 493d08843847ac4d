/** Keeps units of systemd running, enabled, and on the configuration that is on disk. */
import type { Claim } from '../engine/claims.ts'
import type { Value } from '../engine/resource.ts'
import { resource } from '../engine/step.ts'
import { raw, type Shell, sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { writeLibrary } from '../shell/write-library.ts'
import { serviceChangeLibrary } from './service/change.ts'
import { broughtBy, definitionOf, fullName, mountedAt } from './service/definition.ts'
import { serviceEnabled } from './service/enabled.ts'
import { impossible } from './service/impossible.ts'
import { serviceLookLibrary } from './service/look.ts'
import { type Params, params } from './service/params.ts'
import { portLibrary } from './service/port-holder.ts'
import { serviceWayBack } from './service/way-back.ts'
import { unreadLookLibrary } from './unit/unread-look.ts'

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
  undone:
    'Stopped or started, enabled or disabled as it was. One that ran on loads the files that are put back, after all other steps.',
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
  impossible,
  library: [
    wayLibrary,
    writeLibrary,
    portLibrary,
    serviceEnabled,
    unreadLookLibrary,
    serviceLookLibrary,
    serviceChangeLibrary,
  ],
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

/** What the look tells of a unit; `oneshot` to `reload` are why it cannot be as it is wanted. */
type UnitState = {
  readonly [Key in 'unit' | 'definition']: string
} & {
  readonly [Key in
    | 'running'
    | 'enabled'
    | 'loaded'
    | 'source'
    | 'oneshot'
    | 'start'
    | 'stop'
    | 'reload']?: string
}

function parseUnit(observation: string, { enabled, follows }: Params): UnitState {
  const state: Record<string, string> = { definition: 'as on disk' }
  for (const line of observation.split('\n')) {
    const at = line.indexOf('=')
    if (at > 0) state[line.slice(0, at)] = line.slice(at + 1)
  }
  const { unit, definition = '' } = state
  if (unit === undefined) throw new Error('the probe of a unit printed nothing of it')
  // What does not run has nothing old loaded.
  if (unit === 'absent')
    return { ...state, unit, definition, running: 'absent', enabled: 'absent', loaded: 'yes' }
  const isWhole =
    state.running !== undefined &&
    (enabled === undefined || state.enabled !== undefined) &&
    (follows.length === 0 || state.loaded !== undefined)
  if (!isWhole) throw new Error(`the observation of a unit was cut short: ${observation}`)
  return { ...state, unit, definition }
}
