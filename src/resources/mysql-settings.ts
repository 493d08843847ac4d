/** Settings of a MySQL or MariaDB server: in the file that wins, and in the server that runs. */
import { z } from 'zod'
import type { Claim } from '../engine/claims.ts'
import type { Change, State, Value } from '../engine/resource.ts'
import { resource } from '../engine/step.ts'
import { type Shell, sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { writeLibrary } from '../shell/write-library.ts'
import { everyAddress, isListenAddress, isOpenToOthers, listeningWords } from './mysql/address.ts'
import { mysqlChange } from './mysql/change.ts'
import { mysqlLook } from './mysql/look.ts'
import { optionEditLibrary, optionLookLibrary } from './option/shell.ts'
import { oneLine, readKeys } from './paths/params.ts'
import { serviceChange } from './service/change.ts'
import { serviceLook } from './service/look.ts'
import { portLibrary } from './service/port-holder.ts'

const setting = z
  .union([
    oneLine
      .min(1)
      .regex(/^[^#'"\\]*$/, 'must not hold quotes, backslashes or #')
      .refine(text => text.trim() === text, 'must not have blanks at its ends'),
    z.number(),
    z.boolean(),
  ])
  .transform(value => (typeof value === 'boolean' ? (value ? 'ON' : 'OFF') : String(value)))

const params = z.strictObject({
  settings: z
    .record(
      z.string().regex(/^[a-z][a-z0-9_-]*$/, 'must be the name of a setting, such as bind-address'),
      setting,
    )
    .refine(settings => Object.keys(settings).length > 0, 'name at least one')
    .transform(settings =>
      Object.fromEntries(Object.entries(settings).map(([key, value]) => [key.replaceAll('_', '-'), value])),
    )
    .describe('Values by name, as in an option file; dashes and underscores are the same.'),
  listens: z
    .array(
      z.strictObject({
        address: z.string().refine(isListenAddress, 'must be an IP address or *'),
        port: z.number().int().min(1).max(65535),
      }),
    )
    .default([])
    .describe('Addresses and ports that the server must be seen to listen on.'),
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, 'must be letters, digits, - and _')
    .default('zz-ops')
    .describe('Of the file that is written, without `.cnf`: files of the folder are read in their order.'),
  overrides: z
    .enum(['refuse', 'edit'])
    .default('refuse')
    .describe('What happens to a setting that is read later and so wins: an error, or edited where it is.'),
  settleSeconds: z
    .number()
    .int()
    .min(1)
    .max(3600)
    .default(60)
    .describe('How long the server may take to come up again.'),
})

type Params = z.output<typeof params>

/** `mysqlSettings {settings, listens, name, overrides, settleSeconds}`. */
export const mysqlSettings = resource({
  type: 'mysqlSettings',
  doc: 'Settings of a MySQL or MariaDB server, in the file that wins and in the running server; restarts it only when it runs with others, and takes back what it does not come up with.',
  params,
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
    optionEditLibrary,
    portLibrary,
    serviceLook,
    serviceChange,
    mysqlLook,
    mysqlChange,
  ],
  probe: given => sh`ops_sql_settings ${given.name} ${words(given)} ${Object.keys(given.settings)}`,
  parse: (observation, given) => parse(observation, given),
  desired: ({ settings, listens }) => ({
    server: 'present',
    ...settings,
    running: 'yes',
    ...Object.fromEntries(Object.entries(settings).map(([key, value]) => [`running ${key}`, value])),
    ...(listens.length > 0 && { listening: 'yes' }),
  }),
  same: (key, actual, desired) => meansTheSame(key.replace(/^running /, ''), actual, desired),
  impossible: (actual, given) => impossible(actual, given),
  apply: (change, given) => [write(change, given)],
  reads: () => [
    ...servers.map((name): Claim => `pkg:${name}`),
    'path:/etc/mysql/',
    'path:/etc/my.cnf',
    'unit:mariadb',
    'unit:mysql',
  ],
  owns: () => [],
  affects: ({ listens }) => [
    'path:/etc/mysql/',
    'unit:mariadb',
    'unit:mysql',
    ...listens.map(({ port }): Claim => `port:${port}`),
  ],
  notes: (detail, given) => notesOf(detail, given),
  applySeconds: 900,
  takesBack: true,
  refuses: true,
})

/** Packages that bring a server. */
const servers = ['mariadb-server', 'mysql-server', 'default-mysql-server']

/** What a server does where no file says otherwise. */
const builtIn: Readonly<Record<string, string>> = {
  'bind-address': '*',
  port: '3306',
  'skip-networking': 'OFF',
}

const words = ({ listens }: Params): string =>
  listens.map(({ address, port }) => listeningWords(address, port)).join(' ')

function parse(observation: string, { settings, listens }: Params): State {
  const found = readKeys(observation, ['server'])
  if (found.server === 'absent') return { server: 'absent' }
  const runs = found.running === 'yes'
  const state: Record<string, Value> = { server: 'present', running: found.running ?? '' }
  for (const key of Object.keys(settings)) {
    state[key] = found[`is.${key}`] ?? builtIn[key] ?? 'not set'
    const over = found[`over.${key}`]
    if (over !== undefined) state[`over ${key}`] = over
    const value = runs ? running(key, found, listens.length > 0) : 'stopped'
    state[`running ${key}`] =
      runs && isOwnSpelling(key, settings[key] ?? '', found) ? ownSpelling(value) : value
  }
  if (listens.length > 0) state.listening = found.heard ?? ''
  return state
}

/** A server that lets nobody in still shows what it listens on; nothing else can be proved then. */
function running(key: string, found: Readonly<Record<string, string>>, heard: boolean): string {
  if (found.login === 'no') {
    if (heard && Object.hasOwn(builtIn, key)) return 'not told'
    throw new Error(
      'root cannot log in to the database server through its socket, so that what it runs with cannot be seen: put a user and password under [client] in /root/.my.cnf',
    )
  }
  const value = found[`now.${key}`]
  if (value === undefined) return 'not told'
  return value === '' || value === 'NULL' ? (builtIn[key] ?? '') : value
}

/**
 * What the server makes of a setting with which it was started: it writes paths, lists, switches and sizes in its own way,
 * and rounds. To start it anew would bring the same; only what was set while it runs (SET GLOBAL) differs for good.
 */
function isOwnSpelling(key: string, wanted: Value, found: Readonly<Record<string, string>>): boolean {
  if (!startedWith(key, wanted, found)) return false
  const origin = found[`origin.${key}`]
  if (origin === 'AUTO') return isRounded(plain(found[`now.${key}`] ?? ''), plain(wanted))
  // A switch that was given a path (log_bin): the server tells only that it is on, and no origin of that.
  if (origin === 'COMPILE-TIME')
    return plain(found[`now.${key}`] ?? '') === 'on' && String(wanted).startsWith('/')
  if (origin !== undefined) return fromFiles.includes(origin)
  // A server that does not say where a value came from: a number or a switch may have been set while it runs.
  return !/^(\d+|on|off)$/i.test(found[`now.${key}`] ?? '')
}

/** What the server made of it by itself: a size to its own step is rounded, half of the connections is another setting. */
function isRounded(shown: string, wanted: string): boolean {
  if (!/^\d+$/.test(wanted)) return true
  const ratio = Number(shown) / Number(wanted)
  return ratio > 0.9 && ratio < 1.1
}

/** The words of MariaDB, and of MySQL 8, for a value that an option file gave. */
const fromFiles = ['CONFIG', 'EXPLICIT', 'GLOBAL', 'SERVER']

function startedWith(key: string, wanted: Value, found: Readonly<Record<string, string>>): boolean {
  return found[`loaded.${key}`] === 'yes' && meansTheSame(key, found[`is.${key}`] ?? '', wanted)
}

const told = 'started with it, shown as '
const ownSpelling = (value: string): string => (value === 'not told' ? value : `${told}${value}`)
const isTold = (actual: Value): boolean => typeof actual === 'string' && actual.startsWith(told)

const yes = ['1', 'on', 'true', 'yes']
const no = ['0', 'off', 'false', 'no']
const units: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 }

/** Files say `1G` and `yes` where the server says 1073741824 and ON; what has no variable cannot be compared. */
function meansTheSame(key: string, actual: Value, desired: Value): boolean {
  if (actual === desired || actual === 'not told' || isTold(actual)) return true
  if (key === 'running' || key === 'listening' || key === 'server') return false
  const [one, other] = [plain(actual), plain(desired)]
  return one === other
}

function plain(value: Value): string {
  const text = String(value).toLowerCase()
  if (yes.includes(text)) return 'on'
  if (no.includes(text)) return 'off'
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([kmgt]?)$/.exec(text) ?? []
  return digits === undefined ? text : String(Number(digits) * (units[unit] ?? 1))
}

function impossible(actual: State, given: Params): string | undefined {
  if (actual.server === 'absent')
    return 'neither MySQL nor MariaDB is installed on this host (the recipe mysql-remote brings one with --install)'
  for (const [key, value] of Object.entries(given.settings)) {
    const over = actual[`over ${key}`]
    if (over === undefined || meansTheSame(key, actual[key] ?? '', value)) continue
    if (given.overrides === 'edit' && String(over).startsWith('/')) continue
    const edit = String(over).startsWith('/') ? ', or have it edited with `overrides` = edit' : ''
    return `${over} sets ${key} = ${actual[key]}, and wins over ${given.name}.cnf because it is read later: change it there${edit}`
  }
  return undefined
}

function write({ keys }: Change, given: Params): Shell {
  const differs = new Set(keys.map(({ key }) => key))
  const pairs = Object.entries(given.settings).filter(([key]) => differs.has(key))
  const restarts = [...differs].some(key => !Object.hasOwn(given.settings, key))
  const seen = given.listens.map(({ address, port }) =>
    /^[\d.]+$/.test(address) && address !== '0.0.0.0' ? `${address}:${port}` : String(port),
  )
  return sh`ops_sql_apply ${given.name} ${given.overrides} ${restarts ? 'restart' : ''} ${given.settleSeconds} ${seen.join(' ')} ${words(given)} ${pairs.length} ${pairs.flat()}`
}

function notesOf(detail: string, given: Params): string[] {
  const lines = detail.split('\n')
  const after = (prefix: string) =>
    lines.flatMap(line => (line.startsWith(prefix) ? [line.slice(prefix.length)] : []))
  const [drop = ''] = after('drop ')
  const notes: string[] = []
  for (const [key, value] of Object.entries(given.settings)) {
    for (const [kind, prefix] of [
      ['is', `is ${key} `],
      ['over', `over ${key} `],
    ] as const) {
      const [place = '', actual = ''] = after(prefix)[0]?.split(/ (?=[^ ]*$)/) ?? []
      if (place === '' || meansTheSame(key, actual, value)) continue
      if (kind === 'over') notes.push(`${place} sets ${key} = ${actual} and is read after ${drop}: it wins`)
      else if (!place.startsWith(`${drop}:`))
        notes.push(`${place} sets ${key} = ${actual} now; ${drop} is read later`)
    }
  }
  for (const [key, value] of Object.entries(given.settings)) {
    const [shown] = after(`shown ${key} `)
    const [, set] = after(`is ${key} `)[0]?.split(/ (?=[^ ]*$)/) ?? []
    if (shown === undefined || set === undefined || !meansTheSame(key, set, value)) continue
    if (!meansTheSame(key, shown, value))
      notes.push(
        `${key}: the server was started with ${value} and shows ${shown || 'nothing'}, which cannot be compared`,
      )
  }
  for (const held of after('held '))
    notes.push(`port ${held.replace(' ', ' is held by ')}, not by the database server`)
  for (const unit of after('boot '))
    notes.push(`${unit} does not start at boot: \`systemctl enable ${unit}\` if it is to`)
  for (const said of after('login '))
    notes.push(`root cannot log in through the socket (${said}): only the listening socket is proved`)
  return [...notes, ...reachNotes(given, after)]
}

/** Who else can reach the server then, and what stands before it. */
function reachNotes(given: Params, after: (prefix: string) => string[]): string[] {
  const { listens } = given
  const open = listens.filter(({ address }) => isOpenToOthers(address))
  const own = after('address ')
  if (open.length === 0) return []
  const notes = open.flatMap(({ address }) =>
    own.length > 0 && !isEvery(address) && !own.includes(address)
      ? [`${address} is no address of this host now: nobody reaches the server there`]
      : [],
  )
  const [wall] = after('wall ')
  const tls = after('tls ')
  const required = tls.includes('require_secure_transport ON')
  const offered = required || tls.some(line => /^(have_ssl YES|Ssl_server_not_after .)/.test(line))
  if (leavesLocalClients(given, after)) {
    notes.push(
      'it leaves 127.0.0.1: programs on this host that connect there are refused from then on, those that use its socket are not',
    )
  }
  const everywhere = open.some(({ address }) => isEvery(address))
  if (everywhere && wall === undefined && !required) {
    notes.push(
      `warning: it listens on every address, no firewall was found, and TLS is ${offered ? 'offered, not required' : 'off'}: anybody who reaches this host can try passwords${offered ? '' : ', and reads what is sent'}`,
    )
  } else if (tls.length > 0 && !offered) {
    notes.push('the server offers no TLS: what clients send and get can be read on the way')
  }
  if (wall !== undefined) {
    notes.push(
      `${wall} filters what comes in: it must let clients in to port ${[...new Set(open.map(({ port }) => port))].join(', ')}`,
    )
  }
  return notes
}

/** Whether its files say that it listens on 127.0.0.1 now, and will not. */
function leavesLocalClients({ listens, settings }: Params, after: (prefix: string) => string[]): boolean {
  if (settings['bind-address'] === undefined) return false
  if (listens.some(({ address }) => isEvery(address) || address === '127.0.0.1')) return false
  const set = [...after('over bind-address '), ...after('is bind-address ')].map(line =>
    line.replace(/.* /, ''),
  )
  const now = (set[0] ?? builtIn['bind-address'] ?? '').split(',')
  return now.some(address => isEvery(address) || address === '127.0.0.1' || address === 'localhost')
}

const isEvery = (address: string): boolean => everyAddress.some(every => every === address)
