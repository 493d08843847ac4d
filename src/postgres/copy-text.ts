/**
 * Rows as the server of MySQL sent them, made into lines that COPY reads (PostgreSQL, COPY, "Text Format"). What PostgreSQL
 * cannot hold is counted, column by column: nothing is lost in silence.
 */
import { isUtf8 } from 'node:buffer'
import type { WireRow } from '../mysql/wire-row.ts'

/**
 * How a cell becomes text. `plain`: digits and such, as they are; `date`: with a day that must exist; `boolean` and `bits`:
 * of BIT; `json`: text that jsonb reads.
 */
export type CellKind = 'plain' | 'date' | 'text' | 'bytes' | 'boolean' | 'bits' | 'json'

export interface CopyCell {
  readonly name: string
  readonly kind: CellKind
  /** Of `bits`. */
  readonly bits?: number
}

/**
 * - `date`: a day that no calendar has, as 0000-00-00: NULL
 * - `nul`: bytes 0 in a text: left out
 * - `utf8`: bytes that are no UTF-8: U+FFFD
 */
export type LossKind = 'date' | 'nul' | 'utf8'

/** How many cells of a column lost something. */
export type LossCounts = Map<string, Map<LossKind, number>>

const nullMark = 0xfb
const backslash = 0x5c
const letters: Readonly<Record<number, number>> = { 9: 0x74, 10: 0x6e, 13: 0x72, [backslash]: backslash }
const hexDigits = Buffer.from('0123456789abcdef')

/** Large enough that few are made, small enough that they are soon on their way. */
const pieceBytes = 256 * 1024

/** Makes lines; counts what is lost over its life. */
export class CopyTextEncoder {
  readonly losses: LossCounts = new Map()
  readonly #cells: readonly CopyCell[]
  /** What a byte of a row becomes at most: U+FFFD is three, and bits are eight digits a byte. */
  readonly #growth: number
  #piece = Buffer.alloc(0)
  /** Where in the piece the lines begin that nobody took yet, and where they end. */
  #from = 0
  #at = 0
  #full: Buffer[] = []

  constructor(cells: readonly CopyCell[]) {
    this.#cells = cells
    this.#growth = cells.some(each => each.kind === 'bits') ? 8 : 3
  }

  /** Adds the line of a row, of which nothing is kept. */
  add(row: WireRow): void {
    const most = row.length * this.#growth + this.#cells.length * 4 + 1
    if (this.#at + most > this.#piece.length) {
      this.#endPiece()
      this.#piece = Buffer.allocUnsafeSlow(Math.max(most, pieceBytes))
      this.#from = 0
      this.#at = 0
    }
    this.#at = this.#row(row, this.#piece, this.#at)
  }

  /** The lines that were added since the last call. */
  take(): readonly Buffer[] {
    this.#endPiece()
    const lines = this.#full
    this.#full = []
    return lines
  }

  /** The lines of these rows. */
  encode(rows: readonly WireRow[]): Buffer {
    for (const row of rows) this.add(row)
    return Buffer.concat(this.take())
  }

  #endPiece(): void {
    if (this.#at > this.#from) this.#full.push(this.#piece.subarray(this.#from, this.#at))
    this.#from = this.#at
  }

  #row(row: WireRow, out: Buffer, start: number): number {
    let at = start
    let from = 0
    const cells = this.#cells
    for (let index = 0; index < cells.length; index++) {
      if (index > 0) out[at++] = 9
      const first = row[from++]
      if (first === undefined) throw new RangeError(`a row has fewer cells than ${cells.length}`)
      if (first === nullMark) {
        out[at++] = backslash
        out[at++] = 0x4e
        continue
      }
      let length = first
      if (first > nullMark) {
        const bytes = first === 0xfc ? 2 : first === 0xfd ? 3 : 6
        length = row.readUIntLE(from, bytes)
        from += first === 0xfe ? 8 : bytes
      }
      const to = from + length
      if (to > row.length) throw new RangeError('a row ends in the middle of a cell')
      at = this.#cell(cells[index] as CopyCell, row, from, to, out, at)
      from = to
    }
    if (from !== row.length) throw new RangeError(`a row has more cells than ${cells.length}`)
    out[at++] = 10
    return at
  }

  #cell(cell: CopyCell, row: Buffer, from: number, to: number, out: Buffer, at: number): number {
    switch (cell.kind) {
      case 'plain':
        return copied(row, from, to, out, at)
      case 'date':
        if (isDay(row, from)) return copied(row, from, to, out, at)
        this.#lose(cell.name, 'date')
        return at + out.write('\\N', at, 'latin1')
      case 'text':
        return this.#text(cell, row, from, to, out, at)
      case 'json':
        return this.#json(cell, row, from, to, out, at)
      case 'bytes':
        return hex(row, from, to, out, at)
      case 'boolean':
        out[at] = (row[to - 1] ?? 0) & 1 ? 0x74 : 0x66
        return at + 1
      case 'bits': {
        let digits = ''
        for (let index = from; index < to; index++) digits += (row[index] ?? 0).toString(2).padStart(8, '0')
        return at + out.write(digits.slice(-(cell.bits ?? 1)), at, 'latin1')
      }
    }
  }

  #text(cell: CopyCell, row: Buffer, from: number, to: number, out: Buffer, start: number): number {
    let at = start
    let high = 0
    let hasNul = false
    for (let index = from; index < to; index++) {
      const byte = row[index] as number
      high |= byte
      if (byte > 13 && byte !== backslash) out[at++] = byte
      else if (byte === 0) hasNul = true
      else {
        const letter = letters[byte]
        if (letter !== undefined) {
          out[at++] = backslash
          out[at++] = letter
        } else out[at++] = byte
      }
    }
    if (hasNul) this.#lose(cell.name, 'nul')
    if (high < 0x80 || isUtf8(row.subarray(from, to))) return at
    this.#lose(cell.name, 'utf8')
    const mended = Buffer.from(out.subarray(start, at).toString('utf8'))
    return start + mended.copy(out, start)
  }

  /** `\u0000` is a character of JSON that no text of PostgreSQL has. */
  #json(cell: CopyCell, row: Buffer, from: number, to: number, out: Buffer, at: number): number {
    if (row.subarray(from, to).indexOf('\\u0000') < 0) return this.#text(cell, row, from, to, out, at)
    const text = row.toString('utf8', from, to)
    const mended = Buffer.from(text.replace(/\\(?:u0000|[\s\S])/g, each => (each === '\\u0000' ? '' : each)))
    if (mended.length !== to - from) this.#lose(cell.name, 'nul')
    return this.#text(cell, mended, 0, mended.length, out, at)
  }

  #lose(column: string, kind: LossKind): void {
    const counts = this.losses.get(column) ?? new Map<LossKind, number>()
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
    this.losses.set(column, counts)
  }
}

function copied(row: Buffer, from: number, to: number, out: Buffer, at: number): number {
  if (to - from > 64) return at + row.copy(out, at, from, to)
  let end = at
  for (let index = from; index < to; index++) out[end++] = row[index] as number
  return end
}

function hex(row: Buffer, from: number, to: number, out: Buffer, start: number): number {
  let at = start
  out[at++] = backslash
  out[at++] = backslash
  out[at++] = 0x78
  for (let index = from; index < to; index++) {
    const byte = row[index] as number
    out[at++] = hexDigits[byte >> 4] as number
    out[at++] = hexDigits[byte & 15] as number
  }
  return at
}

const daysInMonth = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Whether `YYYY-MM-DD` is a day: MySQL lets in others. */
function isDay(row: Buffer, from: number): boolean {
  const digit = (index: number): number => (row[from + index] ?? 48) - 48
  const year = digit(0) * 1000 + digit(1) * 100 + digit(2) * 10 + digit(3)
  const month = digit(5) * 10 + digit(6)
  const day = digit(8) * 10 + digit(9)
  if (year === 0 || month === 0 || day === 0 || day > (daysInMonth[month] ?? 0)) return false
  if (month !== 2 || day < 29) return true
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}
