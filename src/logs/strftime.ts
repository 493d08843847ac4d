/**
 * Times as Apache's `%{...}t` writes them, by a pattern of strftime with English names. `%3N` and `%6N` stand for the
 * thousandths and millionths that Apache writes by directives of their own.
 */
import { utcMoment, zoneDistance } from './utc-moment.ts'

const digitsOf = String.raw`\d\d`
const fieldOf: Readonly<Record<string, readonly [name: string, pattern: string]>> = {
  Y: ['year', String.raw`\d{4}`],
  m: ['month', digitsOf],
  b: ['monthName', '[A-Za-z]{3}'],
  h: ['monthName', '[A-Za-z]{3}'],
  d: ['day', digitsOf],
  e: ['day', String.raw`[ \d]\d`],
  H: ['hour', digitsOf],
  I: ['hour12', digitsOf],
  p: ['half', '[AaPp][Mm]'],
  M: ['minute', digitsOf],
  S: ['second', digitsOf],
  '3N': ['thousandths', String.raw`\d{3}`],
  '6N': ['millionths', String.raw`\d{6}`],
  z: ['zone', String.raw`[+-]\d\d:?\d\d`],
  a: ['weekday', '[A-Za-z]{3}'],
}
const longForms: readonly (readonly [RegExp, string])[] = [
  [/%T/g, '%H:%M:%S'],
  [/%R/g, '%H:%M'],
  [/%F/g, '%Y-%m-%d'],
  [/%r/g, '%I:%M:%S %p'],
]
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** Reads a time that was written so: milliseconds since 1970, or NaN. */
export type ReadTime = (text: string) => number

/** Undefined where the pattern does not name one moment: without a zone nobody knows which it was. */
export function strftimeReader(pattern: string): ReadTime | undefined {
  const whole = longForms.reduce((text, [form, long]) => text.replace(form, long), pattern)
  const names = new Set<string>()
  let isKnown = true
  const source = whole.replace(/%(\d?[A-Za-z%])|[\\^$.*+?()[\]{}|]/g, (found, directive?: string) => {
    if (directive === undefined) return `\\${found}`
    if (directive === '%') return '%'
    const [name, digits] = fieldOf[directive] ?? []
    if (name === undefined || names.has(name)) isKnown = false
    names.add(name ?? '')
    return `(?<${name}>${digits})`
  })
  const has = (...wanted: string[]): boolean => wanted.every(each => names.has(each))
  const isDay = has('year', 'day') && names.has('month') !== names.has('monthName')
  const isHour = names.has('hour') !== has('hour12', 'half')
  if (!isKnown || !isDay || !isHour || !has('minute', 'zone')) return undefined
  const form = new RegExp(`^${source}$`)
  return text => {
    const found = form.exec(text)?.groups
    return found ? momentOf(found) : Number.NaN
  }
}

function momentOf(found: Readonly<Record<string, string | undefined>>): number {
  const number = (name: string): number => Number(found[name] ?? 0)
  const month =
    found.monthName === undefined ? number('month') - 1 : months.indexOf(found.monthName.toLowerCase())
  const isAfternoon = found.half?.toLowerCase() === 'pm'
  const hour = found.hour12 === undefined ? number('hour') : (number('hour12') % 12) + (isAfternoon ? 12 : 0)
  const hour12 = found.hour12 === undefined ? 12 : number('hour12')
  if (hour12 < 1 || hour12 > 12) return Number.NaN
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(found.zone ?? '') ?? []
  const offset = zoneDistance(Number(hours), Number(minutes)) * (sign === '-' ? -1 : 1)
  const fraction = found.thousandths === undefined ? number('millionths') / 1000 : number('thousandths')
  const utc = utcMoment([number('year'), month, number('day')], [hour, number('minute'), number('second')])
  return utc + Math.floor(fraction) - offset
}
