/** Settings of a MySQL or MariaDB server: in the file that wins, and in the server that runs. */
import type { Claim } from '../engine/claims.ts'
import { named, namedKeys } from '../engine/named-keys.ts'
import type { Change, Keys, Partly } from '../engine/resource.ts'
import { resource } from '../engine/step.ts'
import { type Shell, sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { writeLibrary } from '../shell/write-library.ts'
import { listeningWords } from './mysql/address.ts'
import { mysqlChangeLibrary } from './mysql/change.ts'
import { mysqlLookLibrary } from './mysql/look.ts'
import { noServer, serverPackages } from './mysql/server-packages.ts'
import { meansTheSame } from './mysql/setting-value.ts'
import { settingsNotes } from './mysql/settings-notes.ts'
import { type SettingsParams, settingsParams } from './mysql/settings-params.ts'
import { type SettingsState, setPersist, settingsState } from './mysql/settings-state.ts'
import { optionChangeLibrary } from './option/change.ts'
import { optionLookLibrary } from './option/look.ts'
import { serviceChangeLibrary } from './service/change.ts'
import { serviceLookLibrary } from './service/look.ts'
import { portLibrary } from './service/port-holder.ts'
import { unreadLookLibrary } from './unit/unread-look.ts'

/** `mysqlSettings {settings, listens, name, overrides, settleSeconds}`. */
export const mysqlSettings = resource({
  type: 'mysqlSettings',
  doc: 'Settings of a MySQL or MariaDB server, in the file that wins and in the running server; restarts it only when it runs with others, and takes back settings with which it does not start.',
  undone:
    'Its files are put back as they were. The server goes on with what it runs until it is started anew, and the plan says so.',
  params: settingsParams,
  examples: [
    {
      title: 'Reachable from other machines',
      params: {
        settings: { 'bind-address': '192.0.2.10' },
        listens: [{ address: '192.0.2.10', port: 3306 }],
      },
    },
    {
      title: 'More clients at once, in a file of its own',
      params: { settings: { 'max-connections': 500, 'skip-name-resolve': true }, name: 'zz-load' },
    },
  ],
  identity: ({ settings }) => Object.keys(settings).join(' '),
  library: [
    wayLibrary,
    writeLibrary,
    optionLookLibrary,
    optionChangeLibrary,
    portLibrary,
    unreadLookLibrary,
    serviceLookLibrary,
    serviceChangeLibrary,
    mysqlLookLibrary,
    mysqlChangeLibrary,
  ],
  probe: given => sh`ops_sql_settings ${given.name} ${words(given)} ${Object.keys(given.settings)}`,
  parse: (observation, given) => settingsState(observation, given),
  desired: ({ settings, listens }) => ({
    server: 'present',
    ...named(settings),
    running: 'yes',
    ...named<SettingsState>(settings, 'running'),
    ...(listens.length > 0 && { listening: 'yes' }),
  }),
  same: (key, actual, desired) => meansTheSame(key.replace(/^running /, ''), actual, desired),
  needs: ({ server }) => (server === 'absent' ? noServer : undefined),
  impossible: (actual, given) => impossible(actual, given),
  apply: (change, given) => [write(change, given)],
  reads: () => [...serverPackages, 'path:/etc/mysql/', 'path:/etc/my.cnf', 'unit:mariadb', 'unit:mysql'],
  // A restart of a server is nothing that anybody asked for by an undo.
  wayBack: () => ({
    cannot: 'the server goes on with the settings of that run until it is started anew',
  }),
  owns: () => [],
  promises: ({ settings }) =>
    Object.entries(settings).map(([key, value]) => ({ of: `any:setting ${key}`, is: `to be ${value}` })),
  affects: ({ listens }) => [
    'path:/etc/mysql/',
    'unit:mariadb',
    'unit:mysql',
    ...listens.map(({ port }): Claim => `port:${port}`),
  ],
  notes: (detail, given) => settingsNotes(detail, given),
  applySeconds: 900,
  takesBack: true,
  refuses: true,
})

const words = ({ listens }: SettingsParams): string =>
  listens.map(({ address, port }) => listeningWords(address, port)).join(' ')

function impossible(actual: Partly<SettingsState>, given: SettingsParams): string | undefined {
  for (const key of namedKeys(given.settings)) {
    const value = given.settings[key] ?? ''
    const over = actual[`over ${key}`]
    if (over === undefined || meansTheSame(key, actual[key] ?? '', value)) continue
    if (over === setPersist)
      return `SET PERSIST has set ${key} = ${actual[key]}, which wins over all files of options: RESET PERSIST ${key.replaceAll('-', '_')} on the server takes that away`
    if (given.overrides === 'edit' && String(over).startsWith('/')) continue
    const edit = String(over).startsWith('/') ? ', or have it edited with `overrides` = edit' : ''
    return `${over} sets ${key} = ${actual[key]}, and wins over ${given.name}.cnf because it is read later: change it there${edit}`
  }
  return undefined
}

function write({ keys }: Change<Keys<SettingsState>>, given: SettingsParams): Shell {
  const differs: ReadonlySet<string> = new Set(keys.map(({ key }) => key))
  const pairs = Object.entries(given.settings).filter(([key]) => differs.has(key))
  const restarts = [...differs].some(key => !Object.hasOwn(given.settings, key))
  const seen = given.listens.map(({ address, port }) =>
    /^[\d.]+$/.test(address) && address !== '0.0.0.0' ? `${address}:${port}` : String(port),
  )
  return sh`ops_sql_apply ${given.name} ${given.overrides} ${restarts ? 'restart' : ''} ${given.settleSeconds} ${seen.join(' ')} ${words(given)} ${pairs.length} ${pairs.flat()}`
}
