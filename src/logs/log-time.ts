/** Reads the times of log lines: milliseconds since 1970, from bytes. */
import type { TimeNotation } from './format.ts'
import { type ReadTime, strftimeReader } from './strftime.ts'
import { isDay, utcMoment, zoneDistance } from './utc-moment.ts'

const months = 'JanFebMarAprMayJunJulAugSepOctNovDec'
const monthNumbers = new Map<number, number>()
for (let month = 0; month < 12; month++) monthNumbers.set(threeLetters(Buffer.from(months), 3 * month), month)

/** Large and small ones are the same: some programs in between write them large. */
function threeLetters(bytes: Buffer, at: number): number {
  const letters = ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number)
  return letters | 0x202020
}

/** The last moment that is written with four digits for its year. */
const latest = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** Reads one notation; lines of one second share the work. Answers NaN for what is no time. */
export class TimeReader {
  readonly #read: (bytes: Buffer, from: number, to: number) => number
  #last = Buffer.alloc(0)
  #lastLength = -1
  #value = Number.NaN

  constructor(notation: TimeNotation) {
    this.#read = readerOf(notation)
    this.#last = Buffer.alloc(64)
  }

  read(bytes: Buffer, from: number, to: number): number {
    const length = to - from
    if (length > 64) return Number.NaN
    if (length === this.#lastLength) {
      let at = length - 1
      while (at >= 0 && bytes[from + at] === this.#last[at]) at--
      if (at < 0) return this.#value
    }
    bytes.copy(this.#last, 0, from, to)
    this.#lastLength = length
    const moment = this.#read(bytes, from, to)
    this.#value = moment <= latest ? moment : Number.NaN
    return this.#value
  }
}

function readerOf(notation: TimeNotation): (bytes: Buffer, from: number, to: number) => number {
  if (notation === 'local') return readLocal
  const read = textReader(notation)
  return (bytes, from, to) => read(bytes.toString('latin1', from, to))
}

function textReader(notation: Exclude<TimeNotation, 'local'>): ReadTime {
  if (typeof notation === 'object') return strftimeReader(notation.strftime) ?? (() => Number.NaN)
  return text => readNumberOrIso(notation, text)
}

function readNumberOrIso(notation: Exclude<TimeNotation, 'local' | object>, text: string): number {
  if (notation === 'iso8601') {
    const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$/.test(text)
    const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number)
    return isTime && isDay(year, month - 1, day)
      ? Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'))
      : Number.NaN
  }
  if (!/^\d+(?:\.\d+)?$/.test(text)) return Number.NaN
  const factor = notation === 'seconds' ? 1000 : notation === 'milliseconds' ? 1 : 0.001
  return Math.round(Number(text) * factor)
}

/** `10/Oct/2000:13:55:36 -0700` */
function readLocal(bytes: Buffer, from: number, to: number): number {
  if (to - from !== 26) return Number.NaN
  const month = monthNumbers.get(threeLetters(bytes, from + 3))
  const day = digits(bytes, from, 2)
  const year = digits(bytes, from + 7, 4)
  const hour = digits(bytes, from + 12, 2)
  const minute = digits(bytes, from + 15, 2)
  const second = digits(bytes, from + 18, 2)
  const offset = zoneDistance(digits(bytes, from + 22, 2), digits(bytes, from + 24, 2))
  const sign = bytes[from + 21] === 0x2d ? -1 : 1
  if (month === undefined) return Number.NaN
  return utcMoment([year, month, day], [hour, minute, second]) - sign * offset
}

function digits(bytes: Buffer, from: number, count: number): number {
  let value = 0
  for (let at = from; at < from + count; at++) {
    const digit = (bytes[at] as number) - 0x30
    if (digit < 0 || digit > 9) return Number.NaN
    value = value * 10 + digit
  }
  return value
}

/** As cells show a time, in UTC. */
export function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('.000Z', 'Z')
}
