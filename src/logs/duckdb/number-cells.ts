/** Numbers of a column, eight bytes a row. What is not plainly one is kept as text: DuckDB says what it is worth. */
import { isText, withoutOddBytes } from '../cell-text.ts'
import { marks } from '../line-rules.ts'

/** So many digits are exact in a number of JavaScript. */
const exactDigits = 15
const twoTo32 = 2 ** 32
const powers = Array.from({ length: exactDigits + 1 }, (_, digits) => 10 ** digits)

export class NumberCells {
  readonly type: 'integer' | 'double'
  isNull = new Uint8Array(1 << 10)
  /** Cells that this class cannot read, by row; `settle` takes what they are. */
  readonly odd = new Map<number, string>()
  #buffer = new ArrayBuffer(8 << 10)
  #words = new Uint32Array(this.#buffer)
  #doubles = new Float64Array(this.#buffer)
  #rows = 0

  constructor(type: 'integer' | 'double') {
    this.type = type
  }

  get items(): Uint32Array {
    return this.#words
  }

  begin(): void {
    this.#rows = 0
    this.odd.clear()
  }

  add(source: Buffer, from: number, to: number, seen: number): void {
    const row = this.#nextRow()
    const value = this.type === 'integer' ? wholeNumber(source, from, to) : decimal(source, from, to)
    if (value >= 0) this.#put(row, value)
    else {
      const text = source.subarray(from, to)
      const isOdd = (seen & marks.notText) !== 0 && !isText(source, from, to)
      this.odd.set(row, (isOdd ? withoutOddBytes(text) : text).toString())
    }
  }

  addNull(): void {
    this.isNull[this.#nextRow()] = 1
  }

  /** What an odd cell is worth; null for nothing. */
  settle(row: number, value: bigint | number | null): void {
    this.odd.delete(row)
    if (value === null) this.isNull[row] = 1
    else if (typeof value === 'number') this.#doubles[row] = value
    else {
      this.#words[2 * row] = Number(BigInt.asUintN(32, value))
      this.#words[2 * row + 1] = Number(BigInt.asUintN(32, value >> 32n))
    }
  }

  #put(row: number, value: number): void {
    if (this.type === 'double') {
      this.#doubles[row] = value
      return
    }
    this.#words[2 * row] = value
    this.#words[2 * row + 1] = value < twoTo32 ? 0 : Math.floor(value / twoTo32)
  }

  #nextRow(): number {
    const row = this.#rows++
    if (row === this.isNull.length) this.#grow()
    this.isNull[row] = 0
    return row
  }

  #grow(): void {
    const words = new Uint32Array(4 * this.isNull.length)
    words.set(this.#words)
    this.#words = words
    this.#buffer = words.buffer as ArrayBuffer
    this.#doubles = new Float64Array(this.#buffer)
    const isNull = new Uint8Array(2 * this.isNull.length)
    isNull.set(this.isNull)
    this.isNull = isNull
  }
}

/** Digits alone, or -1. */
function wholeNumber(bytes: Buffer, from: number, to: number): number {
  if (to === from || to - from > exactDigits) return -1
  let value = 0
  for (let at = from; at < to; at++) {
    const digit = (bytes[at] as number) - 0x30
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

/** Digits with or without a point among them, or -1: two exact numbers make the nearest one. */
function decimal(bytes: Buffer, from: number, to: number): number {
  if (to - from > exactDigits) return -1
  let value = 0
  let point = -1
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number
    const digit = byte - 0x30
    if (digit >= 0 && digit <= 9) value = value * 10 + digit
    else if (byte === 0x2e && point < 0 && at > from && at < to - 1) point = at
    else return -1
  }
  if (to === from) return -1
  return point < 0 ? value : value / (powers[to - point - 1] as number)
}
