/** Writes rows from positions in a line: CSV (RFC 4180), whose cells stay bytes, or the text files of Hive. */
import { isFormula, isText, withoutOddBytes } from './cell-text.ts'
import type { Column, ColumnSource } from './columns.ts'
import type { Escaping } from './format.ts'
import { marks, type Positions } from './line-matcher.ts'
import { type RequestParts, splitRequest } from './request-parts.ts'
import { takeBackEscapes } from './unescape.ts'

/**
 * - `csv`: for people and their programs
 * - `sql`: CSV in which a dash is NULL, and so is what is not there
 * - `hive`: a tab between cells, escaped by a backslash; NULL is `\N`
 */
export type RowForm = 'csv' | 'sql' | 'hive'

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

/** Appends to `bytes[0..length)`, which grows as needed; `length` may be set back to 0. */
export class RowWriter {
  bytes = Buffer.allocUnsafe(1 << 16)
  length = 0
  readonly #columns: readonly ColumnSource[]
  readonly #options: RowOptions
  readonly #host: Buffer
  readonly #hostMarks: number
  /** How many bytes of output a byte of a line may become. */
  readonly #growth: number
  readonly #parts: RequestParts = { methodEnd: 0, targetStart: 0, targetEnd: 0, protocolStart: 0 }
  readonly #separator: number
  #scratch = Buffer.allocUnsafe(1 << 12)
  #isRequest = false
  #time = Number.NaN
  #timeText = Buffer.alloc(0)

  constructor(columns: readonly Column[], options: RowOptions) {
    this.#columns = columns.map(column => column.source)
    this.#options = options
    this.#host = Buffer.from(options.host)
    this.#hostMarks = /[",\r\n]/.test(options.host) ? marks.csvQuote : 0
    this.#separator = options.form === 'hive' ? tab : comma
    // A quote is doubled, an odd byte becomes `\xHH`, whose backslash may be doubled.
    this.#growth = mostCopies(this.#columns) * (options.asText ? 5 : 2)
  }

  /** Adds the row of one line. `timeMs` is needed for the column `time` alone; NaN leaves it empty. */
  row(
    line: Buffer,
    from: number,
    to: number,
    { starts, ends, marks: seen }: Positions,
    timeMs: number,
  ): void {
    const columns = this.#columns
    this.#reserve((to - from) * this.#growth + columns.length * (32 + 2 * this.#host.length))
    const start = this.length
    let splitFor = -1
    for (let index = 0; index < columns.length; index++) {
      if (index > 0) this.bytes[this.length++] = this.#separator
      const source = columns[index] as ColumnSource
      if (source.kind === 'field') {
        this.#cell(
          line,
          starts[source.index] as number,
          ends[source.index] as number,
          seen[source.index] as number,
        )
      } else if (source.kind === 'host') {
        this.#value(this.#host, 0, this.#host.length, this.#hostMarks)
      } else if (source.kind === 'time') this.#timeCell(timeMs)
      else if (source.kind === 'empty') this.#nothing()
      else {
        const at = source.index
        if (splitFor !== at) {
          this.#isRequest = splitRequest(line, starts[at] as number, ends[at] as number, this.#parts)
          splitFor = at
        }
        if (this.#isRequest)
          this.#part(source.kind, line, starts[at] as number, ends[at] as number, seen[at] as number)
        else this.#nothing()
      }
    }
    // A row that is one empty cell would be an empty line, which readers pass over.
    if (columns.length === 1 && this.length === start && this.#separator === comma) {
      this.bytes[this.length++] = quote
      this.bytes[this.length++] = quote
    }
    this.bytes[this.length++] = 0x0a
  }

  #part(kind: 'method' | 'target' | 'protocol', line: Buffer, from: number, to: number, seen: number): void {
    const { methodEnd, targetStart, targetEnd, protocolStart } = this.#parts
    if (kind === 'method') this.#cell(line, from, methodEnd, 0)
    else if (kind === 'target') this.#cell(line, targetStart, targetEnd, seen)
    else this.#cell(line, protocolStart, to, 0)
  }

  #timeCell(timeMs: number): void {
    if (Number.isNaN(timeMs)) {
      this.#nothing()
      return
    }
    if (timeMs !== this.#time) {
      this.#time = timeMs
      const text = new Date(timeMs).toISOString().replace('.000Z', 'Z')
      this.#timeText = Buffer.from(
        this.#options.form === 'hive' ? text.replace('T', ' ').replace('Z', '') : text,
      )
    }
    this.#copy(this.#timeText, 0, this.#timeText.length)
  }

  /** A cell of which the line says nothing. */
  #nothing(): void {
    const { form } = this.#options
    if (form === 'sql') this.bytes[this.length++] = dash
    else if (form === 'hive') this.#null()
  }

  #null(): void {
    this.bytes[this.length++] = backslash
    this.bytes[this.length++] = 'N'.charCodeAt(0)
  }

  /** A cell as it stands in the line, escapes and all. */
  #cell(line: Buffer, from: number, to: number, seen: number): void {
    const { escaping } = this.#options
    if ((seen & marks.escape) === 0 || escaping === 'none') {
      this.#value(line, from, to, seen)
      return
    }
    if (this.#scratch.length < to - from) this.#scratch = Buffer.allocUnsafe(2 * (to - from))
    const length = takeBackEscapes(line, from, to, escaping, this.#scratch)
    this.#value(this.#scratch, 0, length, marks.csvQuote | marks.notText)
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
