/** When two spellings of a setting of PostgreSQL mean the same: `128MB` and 16384 blocks of 8 kB, `yes` and on. */

/** What pg_settings says of one. */
export interface SettingType {
  readonly vartype: string
  /** What a number without a unit counts: `8kB`, `ms`; empty where it has none. */
  readonly unit: string
}

/** Settings that are lists of words: how they are spaced is nothing to the server (GUC_LIST_INPUT in guc.c). */
const lists: ReadonlySet<string> = new Set([
  ...['listen_addresses', 'unix_socket_directories', 'search_path', 'temp_tablespaces', 'log_destination'],
  ...['shared_preload_libraries', 'session_preload_libraries', 'local_preload_libraries'],
  ...['synchronous_standby_names', 'wal_consistency_checking', 'datestyle'],
])

const memory = { TB: 2 ** 40, GB: 2 ** 30, MB: 2 ** 20, kB: 2 ** 10, B: 1 }
const time = { d: 86_400_000, h: 3_600_000, min: 60_000, s: 1000, ms: 1, us: 0.001 }

/** Whether the server makes the same of both. */
export function meansTheSame(key: string, type: SettingType, one: string, other: string): boolean {
  return one === other || plain(key, type, one) === plain(key, type, other)
}

function plain(key: string, { vartype, unit }: SettingType, text: string): string {
  switch (vartype) {
    case 'bool':
      return truth(text) ?? text
    case 'enum':
      return text.toLowerCase()
    case 'integer':
    case 'real': {
      const value = amount(text, unit, vartype === 'integer')
      // Six digits are what it shows of a real number.
      return value === undefined ? text : String(Number(value.toPrecision(vartype === 'real' ? 6 : 15)))
    }
    default:
      return lists.has(key) ? spaced(text) : text
  }
}

/** bool.c, parse_bool_with_len: any beginning that is not another's. */
function truth(text: string): 'on' | 'off' | undefined {
  const word = text.toLowerCase()
  if (word === '') return undefined
  if (word === '1' || word === 'on' || 'true'.startsWith(word) || 'yes'.startsWith(word)) return 'on'
  if (word === '0' || (word.length > 1 && 'off'.startsWith(word))) return 'off'
  return 'false'.startsWith(word) || 'no'.startsWith(word) ? 'off' : undefined
}

/** Blanks around commas, outside of double quotes. */
function spaced(text: string): string {
  return (text.match(/"(?:[^"]|"")*"|,|[^",]+/g) ?? [])
    .map(part => (part.startsWith('"') ? part : part.trim()))
    .join('')
}

/** guc.c, parse_int, parse_real and convert_to_base_unit: the number in the unit of the setting. */
export function amount(text: string, unit: string, isWhole: boolean): number | undefined {
  const [, digits = '', ending = ''] =
    /^\s*([+-]?(?:0x[0-9a-f]+|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?))\s*([A-Za-z]*)\s*$/i.exec(text) ?? []
  const value = numberOf(digits, isWhole)
  if (value === undefined) return undefined
  if (ending === '') return isWhole ? rint(value) : value
  const converted = inUnit(value, ending, unit)
  return converted === undefined || !isWhole ? converted : rint(converted)
}

/** strtol with base 0 reads 0x10 and 010; what has a point or an exponent is read as a real number. */
function numberOf(digits: string, isWhole: boolean): number | undefined {
  if (digits === '') return undefined
  const [, sign = '', rest = ''] = /^([+-]?)(.*)$/.exec(digits) ?? []
  const isOctal = isWhole && /^0[0-7]+$/.test(rest)
  const value = isOctal ? Number.parseInt(rest, 8) : Number(rest)
  if (Number.isNaN(value)) return undefined
  return sign === '-' ? -value : value
}

function inUnit(value: number, ending: string, unit: string): number | undefined {
  const [, count = '', name = ''] = /^(\d*)([A-Za-z]+)$/.exec(unit) ?? []
  const table: readonly (readonly [string, number])[] = [memory, time]
    .map(units => Object.entries(units))
    .filter(units => units.some(([each]) => each === name))
    .flat()
  const size = table.find(([each]) => each === name)
  const at = table.findIndex(([each]) => each === ending)
  const [own, next] = [table[at], table[at + 1]]
  if (!size || !own) return undefined
  const base = size[1] * (count === '' ? 1 : Number(count))
  const converted = value * (own[1] / base)
  if (!next) return converted
  // 30.1GB is a whole number of MB.
  const step = next[1] / base
  return rint(converted / step) * step
}

/** To the nearest whole number, and to the even one of two: rint(3). */
function rint(value: number): number {
  const below = Math.floor(value)
  const rest = value - below
  if (rest !== 0.5) return Math.round(value)
  return below % 2 === 0 ? below : below + 1
}
