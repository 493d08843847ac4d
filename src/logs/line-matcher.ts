/** Finds the fields of one line by its format: bytes in, positions out, and never two ways to read a line. */
import type { LogFormat } from './format.ts'
import { lineRules, marks } from './line-rules.ts'

const comma = 0x2c

export type Verdict = 'row' | 'mismatch' | 'ambiguous'

/** Where the fields of a line are: `starts[i]` up to `ends[i]`, and the marks of what is in between. */
export interface Positions {
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly marks: Uint8Array
}

const positionsFor = (count: number): Positions => ({
  starts: new Int32Array(count),
  ends: new Int32Array(count),
  marks: new Uint8Array(count),
})

export class LineMatcher {
  /** Of the last line that was a `row`. */
  readonly row: Positions
  /** Where the last line that was none stopped to fit: the field before that place, and the offset. */
  failedField = 0
  failedAt = 0
  readonly #spare: Positions
  readonly #tables: readonly Uint8Array[]
  readonly #literals: readonly Buffer[]
  /** True where a field's own bytes may look like what follows it: each such place is tried. */
  readonly #isOpen: readonly boolean[]
  readonly #mayBeEmpty: readonly boolean[]
  readonly #endsInAddress: readonly boolean[]
  readonly #count: number
  #current: Positions
  #effort = 0

  constructor(format: LogFormat) {
    const { fields, literals } = lineRules(format)
    this.#count = fields.length
    this.row = positionsFor(fields.length)
    this.#spare = positionsFor(fields.length)
    this.#current = this.row
    this.#literals = literals
    this.#tables = fields.map(field => field.table)
    this.#mayBeEmpty = fields.map(field => field.mayBeEmpty)
    this.#endsInAddress = fields.map(field => field.endsInAddress)
    this.#isOpen = fields.map(field => field.isOpen)
  }

  /** Reads `bytes` from `from` up to `to`, the end of the line. */
  match(bytes: Buffer, from: number, to: number): Verdict {
    this.#current = this.row
    this.failedField = 0
    this.failedAt = from
    // A line made to be read in very many ways must not hold the others up.
    this.#effort = 100_000 + 64 * (to - from)
    const at = this.#literal(0, bytes, from, to)
    const ways = at < 0 ? 0 : this.#walk(0, bytes, at, to)
    if (this.#effort < 0) return 'ambiguous'
    return ways === 0 ? 'mismatch' : ways === 1 ? 'row' : 'ambiguous'
  }

  /** The position after a literal, or -1. */
  #literal(index: number, bytes: Buffer, at: number, to: number): number {
    const literal = this.#literals[index] as Buffer
    const end = at + literal.length
    if (end > to) return -1
    for (let offset = 0; offset < literal.length; offset++) {
      if (bytes[at + offset] !== literal[offset]) return -1
    }
    return end
  }

  /** In how many ways (up to two) the rest of the line can be read from field `first` on. */
  #walk(first: number, bytes: Buffer, from: number, to: number): number {
    let at = from
    for (let field = first; field < this.#count; field++) {
      if (this.#isOpen[field]) return this.#eachEnd(field, bytes, at, to)
      const table = this.#tables[field] as Uint8Array
      const { starts, ends, marks: seen } = this.#current
      starts[field] = at
      let all = 0
      while (at < to) {
        const bits = table[bytes[at] as number] as number
        if (bits !== 0) {
          if ((bits & marks.stop) !== 0) break
          all |= bits
          if ((bits & marks.escape) !== 0) at++
        }
        at++
      }
      if (at > to) at = to
      if (at === starts[field] && !this.#mayBeEmpty[field]) return this.#fail(field, at)
      ends[field] = at
      seen[field] = all
      const next = this.#literal(field + 1, bytes, at, to)
      if (next < 0) return this.#fail(field, at)
      at = next
    }
    if (at !== to) return this.#fail(this.#count, at)
    // What is tried from here on is only counted.
    this.#current = this.#spare
    return 1
  }

  /** Tries each place where the text after `field` stands. */
  #eachEnd(field: number, bytes: Buffer, from: number, to: number): number {
    const table = this.#tables[field] as Uint8Array
    const next = this.#literals[field + 1]?.[0]
    let ways = 0
    let all = 0
    let at = from
    for (; at < to && ways < 2; at++) {
      const byte = bytes[at] as number
      if (byte === next && this.#mayEnd(field, bytes, from, at)) {
        const after = this.#literal(field + 1, bytes, at, to)
        if (after >= 0) {
          const { starts, ends, marks: seen } = this.#current
          starts[field] = from
          ends[field] = at
          seen[field] = all
          ways += this.#walk(field + 1, bytes, after, to)
          if (this.#effort < 0) return ways
        }
      }
      const bits = table[byte] as number
      if ((bits & marks.stop) !== 0) break
      all |= bits
      if ((bits & marks.escape) !== 0) at++
    }
    this.#effort -= at - from
    return ways > 0 ? ways : this.#fail(field, at)
  }

  #mayEnd(field: number, bytes: Buffer, from: number, at: number): boolean {
    if (at === from) return this.#mayBeEmpty[field] === true
    return !this.#endsInAddress[field] || bytes[at - 1] !== comma
  }

  #fail(field: number, at: number): number {
    if (at >= this.failedAt) {
      this.failedAt = at
      this.failedField = field
    }
    return 0
  }
}
