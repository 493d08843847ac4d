/** What ops makes of cells that servers would misread in silence: bits, times with a zone, words for truth, numbers for members. */
import { isAscii } from 'node:buffer'
import { exactJson } from '../../mysql/json-numbers.ts'
import type { Target } from './targets.ts'

/** The bytes to store, or what is wrong with the cell. */
export type ConvertedCell = Buffer | { readonly problem: string }

export function convertCell({ way, members, column }: Target, cell: Buffer): ConvertedCell {
  switch (way) {
    case 'bit':
      return bitsOf(cell, column.type, column.name)
    case 'time':
      return dateOf(timeOf(cell), column.name)
    case 'date':
      return dateOf(cell, column.name)
    case 'truth':
      return column.isAutoIncrement ? numberOf(cell, column) : wholeOf(truthOf(cell), column.name)
    case 'clock':
      return clockOf(cell, column.name)
    case 'json':
      return exactJson(cell)
    case 'year':
      return column.type === 'year(2)' ? wholeOf(cell, column.name) : yearOf(cell, column.name)
    case 'ascii':
      // MariaDB stores the bytes, and hands out question marks.
      return isAscii(cell) ? cell : { problem: `${column.name}: its text is not ASCII, as the column is` }
    case 'enum':
      // A server takes a number for the place of a member: '1' would be the first one.
      return isNumber(cell) && !members.includes(cell.toString('latin1').replace(/ +$/, ''))
        ? { problem: `${column.name}: ${JSON.stringify(cell.toString('latin1'))} is none of its values` }
        : cell
    case 'set': {
      const unknown = cell
        .toString('latin1')
        .split(',')
        .find(each => /^\s*[+-]?\d+\s*$/.test(each) && !members.includes(each))
      return unknown === undefined
        ? cell
        : { problem: `${column.name}: ${JSON.stringify(unknown)} is none of its values` }
    }
    default:
      return cell
  }
}

const integerBits: Readonly<Record<string, number>> = {
  tinyint: 8,
  smallint: 16,
  mediumint: 24,
  int: 32,
  bigint: 64,
}

/**
 * A number that is too large for its column ruins the next AUTO_INCREMENT number, also where the server takes the row back:
 * no program could add a row after that.
 */
function numberOf(cell: Buffer, { name, type, dataType }: Target['column']): ConvertedCell {
  const text = cell.toString('latin1').trim()
  const bits = integerBits[dataType]
  const value = wholeNumber(text)
  if (bits !== undefined && typeof value === 'bigint') {
    const most = (1n << BigInt(/unsigned/i.test(type) ? bits : bits - 1)) - 1n
    if (value > most)
      return { problem: `${name}: ${text.slice(0, 40)} is more than ${most}, the most that ${type} holds` }
  }
  return wholeOf(truthOf(cell), name)
}

/** Blanks at its end do not count, and longer ones are no number to a server. */
const isNumber = (cell: Buffer): boolean =>
  (cell.length < 6 || cell[cell.length - 1] === 0x20) &&
  /^(?=.{1,5} *$)\s*[+-]?\d+\s*$/.test(cell.toString('latin1'))

/** A number, `0x...`, `b'...'`, a word for truth, or raw bytes as the server's own tools write them. */
function bitsOf(cell: Buffer, type: string, column: string): ConvertedCell {
  const text = cell.toString('latin1')
  const bits = Number(/\((\d+)\)/.exec(type)?.[1] ?? 1)
  const most = Math.ceil(bits / 8)
  const written = /^b'([01]+)'$/i.exec(text)?.[1]
  const isWritten = written !== undefined || /^\d+$/.test(text) || /^0x[\da-f]+$/i.test(text)
  if (!isWritten) {
    const truth = truthOf(cell)
    if (truth !== cell) return Buffer.from([truth[0] === 0x31 ? 1 : 0])
    return cell
  }
  const number = BigInt(written === undefined ? text : `0b${written}`)
  if (number >> BigInt(bits) !== 0n)
    return { problem: `${column}: ${text.slice(0, 40)} has more than ${bits} bits` }
  return Buffer.from(number.toString(16).padStart(most * 2, '0'), 'hex')
}

const zoned = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s?(Z|[+-]\d\d(?::?\d\d)?)$/i
const letterT = 0x54

/** A time with a zone is made UTC, in which sessions of ops are; one without stays as it is. */
function timeOf(cell: Buffer): Buffer {
  if (cell.length < 17 || !zonedLast(cell)) return cell
  const [, day = '', clock = '', zone = ''] = zoned.exec(cell.toString('latin1')) ?? []
  if (day === '') return cell
  if (/^z$/i.test(zone)) return Buffer.from(`${day} ${clock}`)
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? []
  // No zone is further away: the server gets it as it is, and refuses it.
  if (Number(hours) > 14 || Number(minutes) > 59) return cell
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1)
  const [whole = '', fraction] = clock.split('.')
  const moment = new Date(`${day}T${whole.length === 5 ? `${whole}:00` : whole}Z`)
  if (Number.isNaN(moment.getTime())) return cell
  const utc = new Date(moment.getTime() - offset * 60_000).toISOString().slice(0, 19).replace('T', ' ')
  return Buffer.from(fraction === undefined ? utc : `${utc}.${fraction}`)
}

/** Only what may end in a zone is looked at closely: `Z`, or a sign where an offset has it. */
function zonedLast(cell: Buffer): boolean {
  const last = cell[cell.length - 1] ?? 0
  if (last === 0x5a || last === 0x7a) return true
  for (const back of [3, 5, 6]) {
    const byte = cell[cell.length - back]
    if ((byte === 0x2b || byte === 0x2d) && cell.length - back >= 16) return true
  }
  return cell[10] === letterT && last === 0x5a
}

const dot = 0x2e
const zero = 0x30
const letterE = 0x65
const dash = 0x2d
const colon = 0x3a

const isDigit = (byte = 0): boolean => byte >= zero && byte <= 0x39

/**
 * Digits alone are a date to a server, also those of a Unix time: of 1712311200 it makes 31 December 2017. So is what looks like
 * another country's date or a time of day: of 10/11/12 and 10:11:12 it makes 12 November 2010.
 */
function dateOf(cell: Buffer, column: string): ConvertedCell {
  if (cell[4] === dash && isDigit(cell[1]) && isDigit(cell[2])) return cell
  const text = cell.toString('latin1').trim()
  if (/^\d{1,3}\D/.test(text))
    return { problem: `${column}: ${text.slice(0, 40)} does not begin with a year of four digits` }
  const digits = /^(\d+)(?:\.\d*)?$/.exec(text)?.[1]
  // YYYYMMDD and YYYYMMDDhhmmss. With a year of two digits they could as well begin with a day: 101112.
  if (digits === undefined || digits.length === 8 || digits.length === 14) return cell
  const what = digits.length === 10 ? ', and a Unix time has to be made one first' : ''
  return { problem: `${column}: ${text.slice(0, 40)} is no date${what}` }
}

/**
 * Of digits alone a server makes seconds, and minutes of what stands before the last two: 1530 is 00:15:30 to it, and 1e3 midnight.
 * Only hhmmss and hhhmmss leave no doubt. What has a day in front loses it.
 */
function clockOf(cell: Buffer, column: string): ConvertedCell {
  if (cell[2] === colon && isDigit(cell[0]) && isDigit(cell[1])) return cell
  const text = cell.toString('latin1').trim()
  const digits = /^[+-]?(\d+)(?:\.\d*)?$/.exec(text)?.[1]
  const isClear =
    digits === undefined
      ? !/^(?:[+-]?\d*\.?\d*e[+-]?\d+|\d+[-/.]\d+[-/.].*)$/i.test(text)
      : /^\d{6,7}$|^0+$/.test(digits)
  return isClear
    ? cell
    : { problem: `${column}: ${text.slice(0, 40)} is no time: write hours:minutes:seconds` }
}

/** A server guesses the century of two digits, and makes 2000 of 0. */
function yearOf(cell: Buffer, column: string): ConvertedCell {
  const text = cell.toString('latin1').trim()
  const value = wholeNumber(text)
  return typeof value !== 'bigint' || value > 99n || value < 0n || /^0000(?:\.0*)?$/.test(text)
    ? wholeOf(cell, column)
    : { problem: `${column}: ${text.slice(0, 40)} is no year of four digits` }
}

/** A server makes 2 of 1.5, and of 15e-1, without a word. */
function wholeOf(cell: Buffer, column: string): ConvertedCell {
  let mayBeNone = false
  for (let at = 0; at < cell.length && !mayBeNone; at++) {
    const byte = cell[at] ?? 0
    mayBeNone = byte === dot || (byte | 0x20) === letterE
  }
  if (!mayBeNone) return cell
  const text = cell.toString('latin1').trim()
  // Of 1e MySQL makes 1.
  return wholeNumber(text) === 'fraction' || /^[+-]?[\d.]*\de[+-]?$/i.test(text)
    ? { problem: `${column}: ${text.slice(0, 40)} is no whole number` }
    : cell
}

/** No server has a number of more digits. */
const mostExponent = 400

/** The number that a text is to a server; undefined: it is none, or one that no column of whole numbers holds. */
function wholeNumber(text: string): bigint | 'fraction' | undefined {
  const [, sign, whole = '', fraction = '', power = '0'] =
    /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i.exec(text) ?? []
  const digits = whole + fraction
  if (sign === undefined || digits === '') return undefined
  const shift = Math.max(-mostExponent, Math.min(mostExponent, Number(power))) - fraction.length
  const kept = shift >= 0 ? digits + '0'.repeat(shift) : digits.slice(0, shift)
  if (shift < 0 && /[1-9]/.test(digits.slice(shift))) return 'fraction'
  return BigInt(kept === '' ? '0' : kept) * (sign === '-' ? -1n : 1n)
}

function truthOf(cell: Buffer): Buffer {
  if (cell.length !== 4 && cell.length !== 5) return cell
  const word = cell.toString('latin1').toLowerCase()
  if (word === 'true') return Buffer.from('1')
  return word === 'false' ? Buffer.from('0') : cell
}
