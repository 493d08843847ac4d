/** When two spellings of a setting's value mean the same: `1G` and 1073741824, `yes` and ON. */
import type { Value } from '../../engine/resource.ts'

/** What a server does where no file says otherwise. */
export const builtIn: Readonly<Record<string, string>> = {
  'bind-address': '*',
  port: '3306',
  'skip-networking': 'OFF',
}

/** How a state tells a value with which the server was started and that it shows in its own way. */
const told = 'started with it, shown as '
/** Marks it as such. */
export const ownSpelling = (value: string): string => (value === 'not told' ? value : `${told}${value}`)
const isTold = (actual: Value): boolean => typeof actual === 'string' && actual.startsWith(told)

const yes = ['1', 'on', 'true', 'yes']
const no = ['0', 'off', 'false', 'no']
const units: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 }

/** Files say `1G` and `yes` where the server says 1073741824 and ON; what has no variable cannot be compared. */
export function meansTheSame(key: string, actual: Value, desired: Value): boolean {
  if (actual === desired || actual === 'not told' || isTold(actual)) return true
  if (key === 'running' || key === 'listening' || key === 'server') return false
  const [one, other] = [plain(actual), plain(desired)]
  return one === other
}

/** One spelling of many. */
export function plain(value: Value): string {
  const text = String(value).toLowerCase()
  if (yes.includes(text)) return 'on'
  if (no.includes(text)) return 'off'
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([kmgt]?)$/.exec(text) ?? []
  return digits === undefined ? text : String(Number(digits) * (units[unit] ?? 1))
}
