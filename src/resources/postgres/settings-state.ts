/** What the settings of a server are, in its files and as it runs: from what the probe printed. */
import { posix } from 'node:path'
import { type Named, namedKeys } from '../../engine/named-keys.ts'
import { meansTheSame, type SettingType } from './setting-value.ts'
import type { SettingsParams } from './settings-params.ts'

/** One line of a file of settings. */
interface Place {
  readonly line: number
  readonly file: string
  readonly value: string
}

/** What `ops_pg_settings_look` prints, by kind and key. */
export interface Seen {
  readonly one: (kind: string, key: string) => readonly string[] | undefined
  readonly places: (key: string) => readonly Place[]
}

export function readSeen(observation: string): Seen {
  const rows = observation
    .split('\n')
    .filter(line => line.includes('\t'))
    .map(line => line.split('\t'))
  const of = (kind: string, key: string) => rows.filter(row => row[0] === kind && row[1] === key)
  return {
    one: (kind, key) => of(kind, key)[0]?.slice(2),
    places: key =>
      of('set', key).map(([, , line = '', file = '', value = '']) => ({
        line: Number(line),
        // Servers before 15 leave `..` in the midst of a name.
        file: posix.normalize(file),
        value,
      })),
  }
}

/** Of a setting that the server does not know (yet): text. */
const unknownType: SettingType & { context: string } = { vartype: 'string', unit: '', context: 'none' }

const typeOf = (seen: Seen, key: string) => {
  const [vartype, unit = '', context = '', source = '', builtIn = ''] = seen.one('type', key) ?? []
  return vartype === undefined
    ? { ...unknownType, source: '', builtIn: '' }
    : { vartype, unit, context, source, builtIn }
}

/** Whether only a start of the server brings it. */
export const needsStart = (seen: Seen, key: string): boolean => typeOf(seen, key).context === 'postmaster'

/** How a state names what was removed. */
export const notOurs = 'not set by ops'

/** What the probe says of the server as a whole. */
export interface Server {
  readonly file: string
  readonly conf: string
  /** Where `conf` includes the folder of `file`. */
  readonly includeLine: number
}

/**
 * Of each setting: itself, as the last of the files says it; `running KEY`; `was KEY`, what our own file says; `over KEY`, the place
 * that is read after our file; `start KEY` where only a start brings it.
 */
export type SettingStates = Named<'' | 'running' | 'was' | 'over' | 'start'>

export function settingStates(seen: Seen, given: SettingsParams, server: Server): SettingStates {
  const state: SettingStates = {}
  for (const key of namedKeys(given.settings)) {
    const wanted = given.settings[key] ?? null
    const type = typeOf(seen, key)
    const places = seen.places(key)
    const own = places.findLast(({ file }) => file === server.file)
    const others = places.filter(({ file }) => file !== server.file)
    const last = places.at(-1)
    state[`was ${key}`] = own?.value ?? 'none'
    if (wanted === null) state[key] = own?.value ?? notOurs
    else if (last === undefined) state[key] = 'not set'
    else state[key] = meansTheSame(key, type, last.value, wanted) ? wanted : last.value
    const over = type.source === 'command line' ? 'its command line' : laterThan(places, server)
    if (over !== undefined) state[`over ${key}`] = over
    if (type.context === 'postmaster') state[`start ${key}`] = 'yes'
    const target = wanted ?? others.at(-1)?.value ?? type.builtIn
    const isRight = runsWith(seen, key, target)
    const mayWait = !given.restart && type.context === 'postmaster'
    state[`running ${key}`] = isHidden(type.source)
      ? hidden
      : isRight || mayWait
        ? (wanted ?? notOurs)
        : (runningValue(seen, key) ?? 'not set')
  }
  return state
}

/** What this session has from ALTER ROLE or ALTER DATABASE is not what others have. */
export const hidden = 'hidden by ALTER ROLE or ALTER DATABASE'
const isHidden = (source: string) => /database|user|session|client|global/.test(source)

/** Undefined where the server knows no such setting. */
export function runningValue(seen: Seen, key: string): string | undefined {
  return seen.one('now', key)?.[0]
}

export function runsWith(seen: Seen, key: string, wanted: string): boolean {
  const type = typeOf(seen, key)
  const now = runningValue(seen, key)
  if (now === undefined) return false
  // Of -1 and 0 it may have made a number of its own at its start, of which it says that no file gave it.
  const isOwnChoice =
    ['override', 'default'].includes(type.source) && meansTheSame(key, type, type.builtIn, wanted)
  return meansTheSame(key, type, now, wanted) || now === seen.one('made', key)?.[0] || isOwnChoice
}

/** The last place that is read after our file, by the order of the folder and by where that is included. */
function laterThan(places: readonly Place[], { file, conf, includeLine }: Server): string | undefined {
  const last = places.at(-1)
  if (last === undefined || last.file === file) return undefined
  const folder = file.slice(0, file.lastIndexOf('/') + 1)
  const isLater =
    places.some(place => place.file === file) ||
    last.file.endsWith(autoConf) ||
    (last.file === conf && last.line > includeLine) ||
    (last.file.startsWith(folder) && Buffer.compare(Buffer.from(last.file), Buffer.from(file)) > 0)
  return isLater ? `${last.file}:${last.line}` : undefined
}

/** What ALTER SYSTEM writes; it is read last. */
export const autoConf = '/postgresql.auto.conf'
