/** Writes rows from positions in a line: CSV (RFC 4180), whose cells stay bytes, or the text files of Hive. */
import { CellFinder } from './cell-finder.ts'
import { isFormula, isText, withoutOddBytes } from './cell-text.ts'
import type { Column, ColumnSource } from './columns.ts'
import type { Escaping } from './format.ts'
import type { Positions } from './line-matcher.ts'
import { marks } from './line-rules.ts'
import { isoTime } from './log-time.ts'
import type { RowSink } from './row-sink.ts'

/**
 * - `csv`: for people and their programs
 * - `hive`: a tab between cells, escaped by a backslash; NULL is `\N`
 */
export type RowForm = 'csv' | 'hive'

export interface RowOptions {
  readonly form: RowForm
  readonly escaping: Escaping
  /** The cells of the column `host`. */
  readonly host: string
  /** A quote before what a spreadsheet would run as a formula. */
  readonly defuse: boolean
  /** NUL and what is not UTF-8 become `\xHH`: for readers that take text only. */
  readonly asText: boolean
}

const comma = 0x2c
const quote = 0x22
const tab = 0x09
const backslash = 0x5c
const dash = 0x2d
/** Below this length a loop copies faster than a call does. */
const shortCopy = 40

/** Appends to `bytes[0..length)`, which grows as needed. */
export class RowWriter implements RowSink {
  bytes = Buffer.allocUnsafe(1 << 16)
  length = 0
  readonly #columns: readonly ColumnSource[]
  readonly #options: RowOptions
  readonly #cells: CellFinder
  /** How many bytes of output a byte of a line may become. */
  readonly #growth: number
  /** What a row may take beside the bytes of its line. */
  readonly #overhead: number
  readonly #separator: number
  #time = Number.NaN
  #timeText = Buffer.alloc(0)

  constructor(columns: readonly Column[], options: RowOptions) {
    this.#columns = columns.map(column => column.source)
    this.#options = options
    this.#cells = new CellFinder(options.escaping, options.host)
    this.#separator = options.form === 'hive' ? tab : comma
    // A quote is doubled, an odd byte becomes `\xHH`, whose backslash may be doubled.
    this.#growth = mostCopies(this.#columns) * (options.asText ? 5 : 2)
    this.#overhead = columns.length * (32 + 2 * Buffer.byteLength(options.host))
  }

  begin(): void {
    this.length = 0
  }

  row(line: Buffer, from: number, to: number, positions: Positions, timeMs: number): void {
    const columns = this.#columns
    const cells = this.#cells
    this.#reserve((to - from) * this.#growth + this.#overhead)
    const start = this.length
    cells.begin()
    for (let index = 0; index < columns.length; index++) {
      if (index > 0) this.bytes[this.length++] = this.#separator
      const source = columns[index] as ColumnSource
      if (source.kind === 'time') this.#timeCell(timeMs)
      else if (cells.find(source, line, positions))
        this.#value(cells.bytes, cells.from, cells.to, cells.marks)
      else this.#nothing()
    }
    // A row that is one empty cell would be an empty line, which readers pass over.
    if (columns.length === 1 && this.length === start && this.#separator === comma) {
      this.bytes[this.length++] = quote
      this.bytes[this.length++] = quote
    }
    this.bytes[this.length++] = 0x0a
  }

  #timeCell(timeMs: number): void {
    if (Number.isNaN(timeMs)) {
      this.#nothing()
      return
    }
    if (timeMs !== this.#time) {
      this.#time = timeMs
      const text = isoTime(timeMs)
      this.#timeText = Buffer.from(
        this.#options.form === 'hive' ? text.replace('T', ' ').replace('Z', '') : text,
      )
    }
    this.#copy(this.#timeText, 0, this.#timeText.length)
  }

  /** A cell of which the line says nothing. */
  #nothing(): void {
    if (this.#options.form === 'hive') this.#null()
  }

  #null(): void {
    this.bytes[this.length++] = backslash
    this.bytes[this.length++] = 'N'.charCodeAt(0)
  }

  /** A cell's value; without a mark nothing in it needs care. */
  #value(source: Buffer, from: number, to: number, seen: number): void {
    const { defuse, asText, form } = this.#options
    if (form === 'hive') this.#hiveValue(source, from, to, seen)
    else if (asText && (seen & marks.notText) !== 0 && !isText(source, from, to)) {
      const text = withoutOddBytes(source.subarray(from, to))
      this.#quoted(text, 0, text.length, defuse && isFormula(text, 0, text.length))
    } else if (defuse && isFormula(source, from, to)) this.#quoted(source, from, to, true)
    else if ((seen & marks.csvQuote) !== 0) this.#quoted(source, from, to, false)
    else this.#copy(source, from, to)
  }

  /** As LazySimpleSerDe reads it back, with `escape.delim` and `serialization.escape.crlf`. */
  #hiveValue(source: Buffer, from: number, to: number, seen: number): void {
    if (to - from === 1 && source[from] === dash) {
      this.#null()
      return
    }
    const isOdd = (seen & marks.notText) !== 0 && !isText(source, from, to)
    const value = isOdd ? withoutOddBytes(source.subarray(from, to)) : source
    const [start, end] = isOdd ? [0, value.length] : [from, to]
    const { bytes } = this
    let { length } = this
    for (let at = start; at < end; at++) {
      const byte = value[at] as number
      if (byte === backslash || byte === tab || byte === 0x0a || byte === 0x0d) bytes[length++] = backslash
      bytes[length++] = byte === 0x0a ? 0x6e : byte === 0x0d ? 0x72 : byte
    }
    this.length = length
  }

  #copy(source: Buffer, from: number, to: number): void {
    const { bytes } = this
    let { length } = this
    if (to - from > shortCopy) {
      source.copy(bytes, length, from, to)
      length += to - from
    } else for (let at = from; at < to; at++) bytes[length++] = source[at] as number
    this.length = length
  }

  #quoted(source: Buffer, from: number, to: number, isDefused: boolean): void {
    const { bytes } = this
    let { length } = this
    bytes[length++] = quote
    if (isDefused) bytes[length++] = 0x27
    for (let at = from; at < to; at++) {
      const byte = source[at] as number
      if (byte === quote) bytes[length++] = quote
      bytes[length++] = byte
    }
    bytes[length++] = quote
    this.length = length
  }

  #reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(2 * this.bytes.length, this.length + more))
    this.bytes.copy(larger, 0, 0, this.length)
    this.bytes = larger
  }
}

/** In how many columns the same byte of a line may be. */
function mostCopies(columns: readonly ColumnSource[]): number {
  const copies = new Map<string, number>()
  for (const source of columns) {
    if (!('index' in source)) continue
    const key = `${source.index} ${source.kind}`
    copies.set(key, (copies.get(key) ?? 0) + 1)
  }
  return 1 + [...copies.values()].reduce((most, count) => Math.max(most, count), 1)
}
