/** What a server's settings are, in the files and in the server that runs: from what the probe printed. */
import { type Named, namedKeys } from '../../engine/named-keys.ts'
import type { Value } from '../../engine/resource.ts'
import { readKeys } from '../paths/params.ts'
import { builtIn, meansTheSame, ownSpelling, plain } from './setting-value.ts'
import type { SettingsParams } from './settings-params.ts'

/** What wins over all files of options: it is kept with the data. */
export const setPersist = 'SET PERSIST'

/** Of each setting: itself, as the files say it; `over KEY`, the place that wins over the file that is written; `running KEY`. */
export type SettingsState = { server: string; running?: string; listening?: string } & Named<
  '' | 'over' | 'running'
>

export function settingsState(observation: string, { settings, listens }: SettingsParams): SettingsState {
  const found = readKeys(observation, ['server'])
  if (found.server === 'absent') return { server: 'absent' }
  const runs = found.running === 'yes'
  const state: SettingsState = { server: 'present', running: found.running ?? '' }
  for (const key of namedKeys(settings)) {
    const persisted = found[`persisted.${key}`]
    state[key] = persisted ?? found[`is.${key}`] ?? builtIn[key] ?? 'not set'
    const over = persisted === undefined ? found[`over.${key}`] : setPersist
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
