/** What a column keeps less of than a cell says, without a word of the server: parts of a second, digits of FLOAT and DOUBLE, numbers and doubled keys in JSON. */
import { doubledKey } from '../../mysql/json-keys.ts'
import { changedNumbers } from '../../mysql/json-numbers.ts'
import type { Target } from './targets.ts'

const dot = 0x2e
const zero = 0x30

/** Which digits are lost of the bytes to store, for people; undefined: none. What a server refuses anyway is none of its. */
export function lostDigits({ way, column }: Target, made: Buffer): string | undefined {
  if (way === 'time' || way === 'clock')
    return losesFraction(column.type, made) ? 'a time with more of a second than its column keeps' : undefined
  if (way === 'json') {
    const key = doubledKey(made)
    if (key !== undefined)
      return `${column.name}: the key "${key.slice(0, 40)}" stands twice in an object of JSON, and one of its values is kept`
    const found = lostInJson(made)
    return found === undefined ? undefined : `${column.name}: ${found} of JSON is kept as DOUBLE`
  }
  if (way !== 'real') return undefined
  const isFloat = column.dataType === 'float'
  if (made.length <= (isFloat ? floatDigits : doubleDigits) && !column.type.includes(',') && !hasPower(made))
    return undefined
  const text = made.toString('latin1').trim()
  const scale = /,(\d+)\)/.exec(column.type)?.[1]
  return losesDigits(text, isFloat, scale === undefined ? undefined : Number(scale))
    ? `${column.name}: ${text.slice(0, 40)} has more digits than ${column.type} keeps`
    : undefined
}

/** So many digits come back from each number as they were. */
const [floatDigits, doubleDigits] = [6, 15]
/** What `toPrecision` can tell. */
const mostDigits = 100

function hasPower(cell: Buffer): boolean {
  for (const byte of cell) if ((byte | 0x20) === 0x65) return true
  return false
}

/** Whether the number that is stored, rounded to as many digits as the text has, is another one. */
function losesDigits(text: string, isFloat: boolean, scale: number | undefined): boolean {
  const [, whole = '', fraction = '', power = '0'] =
    /^[+-]?(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i.exec(text) ?? []
  const written = whole + fraction
  const digits = significant(written)
  if (digits === '') return false
  if (scale !== undefined) {
    const last = written.replace(/0+$/, '').length - whole.length
    if (last - Number(power) > scale) return true
  }
  const double = Number(text)
  const value = Math.abs(isFloat ? Math.fround(double) : double)
  if (!Number.isFinite(value)) return false
  if (value === 0 || digits.length > mostDigits) return true
  return significant(value.toPrecision(digits.length).replace(/e.*$/, '').replace('.', '')) !== digits
}

const significant = (digits: string): string => digits.replace(/^0+|0+$/g, '')

/** MySQL keeps whole numbers of 64 bits, and all others as DOUBLE. Answers with the first that it does not keep. */
function lostInJson(cell: Buffer): string | undefined {
  const text = cell.toString('latin1')
  if (!/\d[\d.]{15}|\d[eE][+-]?\d/.test(text)) return undefined
  let lost: string | undefined
  changedNumbers(text, number => {
    if (lost === undefined && !isWhole64(number) && losesDigits(number, false, undefined))
      lost = number.slice(0, 40)
    return number
  })
  return lost
}

function isWhole64(number: string): boolean {
  if (!/^-?\d+$/.test(number)) return false
  const value = BigInt(number)
  return value >= -(2n ** 63n) && value < 2n ** 64n
}

/** Whether a time has more of a second than its column keeps: a server cuts it. */
function losesFraction(type: string, made: Buffer): boolean {
  const at = made.indexOf(dot)
  if (at === -1) return false
  const kept = Number(/\((\d)\)/.exec(type)?.[1] ?? 0)
  for (let digit = at + 1 + kept; digit < made.length; digit++) if (made[digit] !== zero) return true
  return false
}
