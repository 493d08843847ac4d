/** Settings of a PostgreSQL server: in a file of their own, and in the server that runs. */
import type { Change, State, Value } from '../engine/resource.ts'
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
import { autoConf, hidden, notOurs, readSeen, settingsState } from './postgres/settings-state.ts'
import { silentServer } from './postgres/silent-server.ts'
import { serviceChangeLibrary } from './service/change.ts'
import { serviceLookLibrary } from './service/look.ts'
import { portLibrary } from './service/port-holder.ts'
import { unreadLookLibrary } from './unit/unread-look.ts'

const dress = '644 postgres:postgres'

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
  parse: (observation, given) => {
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
      } as State
    const { kind = '', mode, owner, group, why, folder, refusal } = found
    const state: Record<string, Value> = {
      server: 'present',
      unit,
      conf,
      // One that is not there gets the right one.
      file: kind === 'absent' ? dress : kind === 'file' ? `${mode} ${owner}:${group}` : kind,
      ...settingsState(readSeen(observation), given, { file, conf, includeLine: Number(line) }),
    }
    for (const [key, value] of Object.entries({ why, folder, refusal }))
      if (value !== undefined) state[key] = value
    return state as State
  },
  desired: ({ settings }): State => ({
    server: 'present',
    file: dress,
    ...Object.fromEntries(
      Object.entries(settings).flatMap(([key, value]) => [
        [key, value ?? notOurs],
        [`running ${key}`, value ?? notOurs],
      ]),
    ),
  }),
  needs: ({ server }) => (server === 'absent' ? noPostgres : undefined),
  impossible: (actual, given) => impossible(actual, given),
  apply: (change, given) => [apply(change, given)],
  wayBack: ({ actual, keys }, given) => {
    const changed = Object.keys(given.settings).filter(name => keys.some(({ key }) => key === name))
    const before = changed.map(key => [
      key,
      actual[`was ${key}`] === 'none' ? null : (actual[`was ${key}`] ?? null),
    ])
    if (changed.length === 0) return { cannot: 'the server goes on with what its files say' }
    return {
      params: { name: given.name, restart: given.restart, settings: Object.fromEntries(before) },
      left: Object.fromEntries(changed.map(key => [`was ${key}`, given.settings[key] ?? 'none'])),
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
    settingsNotes(detail, given, change !== undefined && restarts(change, given)),
  applySeconds: 900,
})

function impossible(actual: State, given: SettingsParams): string | undefined {
  const { server, silent, file, why, folder, conf, refusal } = actual
  if (server === 'unknown') return silentServer(silent)
  if (refusal !== undefined) return `PostgreSQL would refuse it: ${refusal}`
  const differing = Object.entries(given.settings).filter(([key, value]) =>
    [key, `running ${key}`].some(name => actual[name] !== (value ?? notOurs)),
  )
  for (const [key] of Object.entries(given.settings))
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
  return actual.unit === 'none' && Object.keys(given.settings).some(key => needsRestart(actual, given, key))
    ? 'only a start brings it, and the server was not started by systemd: with restart: false it is written, and you start it'
    : undefined
}

const needsRestart = (
  actual: Readonly<Record<string, Value | undefined>>,
  given: SettingsParams,
  key: string,
) =>
  given.restart &&
  actual[`start ${key}`] === 'yes' &&
  actual[`running ${key}`] !== (given.settings[key] ?? notOurs)

const restarts = ({ actual }: Change, given: SettingsParams): boolean =>
  Object.keys(given.settings).some(key => needsRestart(actual, given, key))

function apply(change: Change, given: SettingsParams): Shell {
  const differs = (name: string) => change.keys.some(({ key }) => key === name)
  const words = Object.entries(given.settings)
    .filter(([key]) => differs(key))
    .map(([key, value]) => (value === null ? key : `${key}\t${settingLine(key, value)}`))
  const writes = words.length > 0 || differs('file') ? 'yes' : ''
  const set = Object.entries(given.settings).flatMap(([key, value]) =>
    value === null || !differs(key) ? [] : [key],
  )
  const check = set.length === 0 ? 'select;' : settingsCheck(set, given.name)
  return sh`ops_pg_settings ${settingsQuery(Object.keys(given.settings))} ${given.name} ${restarts(change, given) ? 'yes' : ''} ${given.settleSeconds} ${check} ${writes} ${words}`
}
