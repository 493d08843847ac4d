/** Settings of a PostgreSQL server: in a file of their own, and in the server that runs. */
import { type NamedKey, named, namedKeys } from '../engine/named-keys.ts'
import type { Change, Keys, Partly } from '../engine/resource.ts'
import { resource } from '../engine/step.ts'
import { type Shell, sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { writeLibrary } from '../shell/write-library.ts'
import { lookLibrary } from './paths/look.ts'
import { readKeys } from './paths/params.ts'
import { postgresLookLibrary } from './postgres/look.ts'
import { noPostgres, postgresClaims } from './postgres/name.ts'
import { settingsChangeLibrary } from './postgres/settings-change.ts'
import { settingsLookLibrary } from './postgres/settings-look.ts'
import { settingsNotes } from './postgres/settings-notes.ts'
import { type SettingsParams, settingLine, settingsParams } from './postgres/settings-params.ts'
import { settingsCheck, settingsDetail, settingsQuery } from './postgres/settings-query.ts'
import {
  autoConf,
  hidden,
  notOurs,
  readSeen,
  type SettingStates,
  settingStates,
} from './postgres/settings-state.ts'
import { silentServer } from './postgres/silent-server.ts'
import { serviceChangeLibrary } from './service/change.ts'
import { serviceLookLibrary } from './service/look.ts'
import { portLibrary } from './service/port-holder.ts'
import { unreadLookLibrary } from './unit/unread-look.ts'

const dress = '644 postgres:postgres'

/** `silent` is why a server that runs tells nothing; `why`, `folder` and `refusal` say what stands in the way. */
type ServerState = SettingStates &
  Partial<Record<'server' | 'silent' | 'unit' | 'conf' | 'file' | 'why' | 'folder' | 'refusal', string>>

/** `postgresSettings {settings, name, restart, settleSeconds}`. */
export const postgresSettings = resource({
  type: 'postgresSettings',
  doc: 'Settings of a PostgreSQL server, in a file of its folder of drop-ins and in the running server: read again where that does, started anew only where it must be, and taken back where it does not start.',
  undone: 'The former settings come back, and the server loads them, or is started anew where it must.',
  params: settingsParams,
  examples: [
    {
      title: 'Memory, and what is logged',
      params: { settings: { shared_buffers: '1GB', work_mem: '32MB', log_min_duration_statement: '500ms' } },
    },
    {
      title: 'A library, which the next start brings',
      params: { settings: { shared_preload_libraries: ['pg_stat_statements'] }, restart: false },
    },
    { title: 'No longer', params: { settings: { log_statement: null }, name: 'zz-debug' } },
  ],
  identity: ({ settings }) => Object.keys(settings).join(' '),
  library: [
    wayLibrary,
    writeLibrary,
    lookLibrary,
    portLibrary,
    unreadLookLibrary,
    serviceLookLibrary,
    serviceChangeLibrary,
    postgresLookLibrary,
    settingsLookLibrary,
    settingsChangeLibrary,
  ],
  takesBack: true,
  refuses: true,
  probe: given => {
    const keys = Object.keys(given.settings)
    const words = Object.entries(given.settings).map(([key, value]) =>
      value === null ? key : `${key}=${value}`,
    )
    return sh`ops_pg_settings_look ${settingsQuery(keys)} ${settingsDetail(keys)} ${given.name} ${words}`
  },
  parse: (observation, given): ServerState => {
    const lines = observation.split('\n').filter(line => !line.includes('\t'))
    const {
      server,
      silent,
      conf = '',
      unit = '',
      line = '',
      file = '',
      ...found
    } = readKeys(lines.join('\n'), ['server'])
    if (server !== 'present')
      return {
        server: silent === undefined ? 'absent' : 'unknown',
        ...(silent !== undefined && { silent }),
      }
    const { kind = '', mode, owner, group, why, folder, refusal } = found
    return {
      server: 'present',
      unit,
      conf,
      // One that is not there gets the right one.
      file: kind === 'absent' ? dress : kind === 'file' ? `${mode} ${owner}:${group}` : kind,
      ...settingStates(readSeen(observation), given, { file, conf, includeLine: Number(line) }),
      ...(why !== undefined && { why }),
      ...(folder !== undefined && { folder }),
      ...(refusal !== undefined && { refusal }),
    }
  },
  desired: ({ settings }) => ({
    server: 'present',
    file: dress,
    ...named<ServerState>(
      Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, value ?? notOurs])),
      '',
      'running',
    ),
  }),
  needs: ({ server }) => (server === 'absent' ? noPostgres : undefined),
  impossible: (actual, given) => impossible(actual, given),
  apply: (change, given) => [apply(change, given)],
  wayBack: ({ actual, keys }, given) => {
    const changed = namedKeys(given.settings).filter(name => keys.some(({ key }) => key === name))
    const before = changed.map(key => [
      key,
      actual[`was ${key}`] === 'none' ? null : (actual[`was ${key}`] ?? null),
    ])
    if (changed.length === 0) return { cannot: 'the server goes on with what its files say' }
    return {
      params: { name: given.name, restart: given.restart, settings: Object.fromEntries(before) },
      left: named<ServerState>(
        Object.fromEntries(changed.map(key => [key, given.settings[key] ?? 'none'])),
        'was',
      ),
      withFiles: true,
    }
  },
  owns: () => [],
  reads: () => [...postgresClaims, 'path:/etc/postgresql/', 'path:/etc/postgresql-common/'],
  affects: () => ['path:/etc/postgresql/', ...postgresClaims.slice(1)],
  promises: ({ settings }) =>
    Object.entries(settings).map(([key, value]) => ({
      of: `any:setting ${key} of PostgreSQL`,
      is: value === null ? 'to be left out' : `to be ${value}`,
    })),
  notes: (detail, given, _said, change) =>
    settingsNotes(detail, given, change !== undefined && restarts(change.actual, given)),
  applySeconds: 900,
})

function impossible(actual: Partly<ServerState>, given: SettingsParams): string | undefined {
  const { server, silent, file, why, folder, conf, refusal } = actual
  if (server === 'unknown') return silentServer(silent)
  if (refusal !== undefined) return `PostgreSQL would refuse it: ${refusal}`
  const settings = namedKeys(given.settings).map(key => [key, given.settings[key] ?? null] as const)
  const differing = settings.filter(([key, value]) =>
    [actual[key], actual[`running ${key}`]].some(found => found !== (value ?? notOurs)),
  )
  for (const [key] of settings)
    if (actual[`running ${key}`] === hidden)
      return `${key} of the role postgres or of its database is ${hidden}, so that nobody can tell from there what others get: ALTER ROLE postgres RESET ${key} on the server ends that`
  if (file === 'refused') return String(why)
  if (file === 'none')
    return `${conf} includes no folder: put line({ path: '${conf}', line: "include_dir = 'conf.d'" }) before it`
  if (file === 'lost') return `${conf} includes ${folder}, which is not there: put a directory step before it`
  if (!/^\d/.test(String(file))) return `what is there in the place of its file is a ${file}`
  for (const [key, value] of differing) {
    const over = actual[`over ${key}`]
    if (over === undefined || value === null) continue
    if (actual[key] === value && over !== 'its command line') continue
    if (String(over).replace(/:\d+$/, '').endsWith(autoConf))
      return `ALTER SYSTEM has set ${key} = ${actual[key]}, which wins over all other files: ALTER SYSTEM RESET ${key} on the server takes that away`
    if (over === 'its command line')
      return `the server was started with another ${key} on its command line, which wins over all files: change its unit`
    return `${over} sets ${key} = ${actual[key]}, and wins over ${given.name}.conf because it is read later: change it there`
  }
  return actual.unit === 'none' && settings.some(([key]) => needsRestart(actual, given, key))
    ? 'only a start brings it, and the server was not started by systemd: with restart: false it is written, and you start it'
    : undefined
}

const needsRestart = (actual: Partly<ServerState>, given: SettingsParams, key: NamedKey) =>
  given.restart &&
  actual[`start ${key}`] === 'yes' &&
  actual[`running ${key}`] !== (given.settings[key] ?? notOurs)

const restarts = (actual: Partly<ServerState>, given: SettingsParams): boolean =>
  namedKeys(given.settings).some(key => needsRestart(actual, given, key))

function apply(change: Change<Keys<ServerState>>, given: SettingsParams): Shell {
  const differs = (name: Keys<ServerState>) => change.keys.some(({ key }) => key === name)
  const settings = namedKeys(given.settings)
    .filter(differs)
    .map(key => [key, given.settings[key] ?? null] as const)
  const words = settings.map(([key, value]) => (value === null ? key : `${key}\t${settingLine(key, value)}`))
  const writes = words.length > 0 || differs('file') ? 'yes' : ''
  const set = settings.flatMap(([key, value]) => (value === null ? [] : [key]))
  const check = set.length === 0 ? 'select;' : settingsCheck(set, given.name)
  return sh`ops_pg_settings ${settingsQuery(Object.keys(given.settings))} ${given.name} ${restarts(change.actual, given) ? 'yes' : ''} ${given.settleSeconds} ${check} ${writes} ${words}`
}
