/** Turns the bytes of a log into rows: every line is a row or is rejected, and both are counted. */
import { BlockMatcher } from './block-matcher.ts'
import { timeField } from './columns.ts'
import type { LogFormat } from './format.ts'
import { LineMatcher, type Positions, type Verdict } from './line-matcher.ts'
import { TimeReader } from './log-time.ts'
import type { RowSink } from './row-sink.ts'

export interface Counts {
  lines: number
  rows: number
  rejected: number
  /** Lines of an earlier time than was asked for. */
  skipped: number
  /** Rows whose time cannot be read, where times were asked for: nobody knows on which side they are. */
  undated: number
}

/** A line that is no row, or a part of one that is longer than any line may be. */
export interface Rejection {
  readonly bytes: Buffer
  /** Why, with what stands there; for people. Made only when asked for. */
  readonly reason: () => string
  /** False for the first parts of an overlong line: more of it follows. */
  readonly isEnd: boolean
}

export interface ConvertOptions<S extends RowSink> {
  readonly format: LogFormat
  readonly sink: S
  readonly reject: (rejection: Rejection) => void
  /** Rows before this time are left out. */
  readonly sinceMs?: number
  /** A column shows the time of a row. */
  readonly showsTime: boolean
  /** Keeps where each row ends and of which time it is, for merging. */
  readonly keepsTimes: boolean
}

/** Rows, valid until the next call of the same converter. */
export interface Batch<S extends RowSink> {
  readonly sink: S
  /** The length of the sink after each row, where times are kept. */
  readonly ends: readonly number[]
  readonly times: readonly number[]
}

const newline = 0x0a
const carriageReturn = 0x0d
/** A longer line is no line of a log; what holds it whole would not be flat. */
const longestLine = 4 << 20

export class Converter<S extends RowSink> {
  readonly counts: Counts = { lines: 0, rows: 0, rejected: 0, skipped: 0, undated: 0 }
  readonly #options: ConvertOptions<S>
  readonly #matcher: LineMatcher
  /** Takes the plain lines, where it can. */
  readonly #blocks: BlockMatcher | undefined
  readonly #sink: S
  readonly #timeField: number
  readonly #times: TimeReader
  readonly #stripsReturn: boolean
  /** The beginning of a line whose end has not come yet. */
  #held: Buffer[] = []
  #heldLength = 0
  #isOverlong = false
  #ends: number[] = []
  #rowTimes: number[] = []
  #lastTime = Number.NEGATIVE_INFINITY
  readonly #needsTime: boolean

  constructor(options: ConvertOptions<S>) {
    const { format, sink, keepsTimes, sinceMs, showsTime } = options
    this.#options = options
    this.#matcher = new LineMatcher(format)
    this.#sink = sink
    this.#timeField = timeField(format)
    this.#times = new TimeReader(format.fields[this.#timeField]?.time ?? 'local')
    this.#stripsReturn = format.escaping !== 'none'
    this.#blocks = BlockMatcher.of(format, this.#stripsReturn)
    this.#needsTime = this.#timeField >= 0 && (keepsTimes || sinceMs !== undefined || showsTime)
  }

  /** The rows of the lines that end in this chunk. */
  push(chunk: Buffer): Batch<S> {
    this.#begin()
    let from = 0
    if (this.#heldLength > 0 || this.#isOverlong) {
      const end = chunk.indexOf(newline)
      this.#hold(end < 0 ? chunk : chunk.subarray(0, end))
      if (end < 0) return this.#batch()
      this.#endHeld()
      from = end + 1
    }
    from += this.#lines(chunk.subarray(from))
    if (from < chunk.length) this.#hold(chunk.subarray(from))
    return this.#batch()
  }

  /** Reads the whole lines of a piece, and answers with their length. */
  #lines(piece: Buffer): number {
    const blocks = this.#blocks
    if (blocks?.take(piece)) {
      while (blocks.next()) {
        const { bytes, from, to, row } = blocks
        if (blocks.isRow) this.#row(bytes, from, to, row)
        else this.#line(bytes, from, to)
      }
      return blocks.done
    }
    let at = 0
    for (;;) {
      const end = piece.indexOf(newline, at)
      if (end < 0) return at
      this.#line(piece, at, end)
      at = end + 1
    }
  }

  /** The last line, which may have no end of line. */
  end(): Batch<S> {
    this.#begin()
    if (this.#heldLength > 0 || this.#isOverlong) this.#endHeld()
    return this.#batch()
  }

  #begin(): void {
    this.#sink.begin()
    this.#ends = []
    this.#rowTimes = []
  }

  #batch(): Batch<S> {
    return { sink: this.#sink, ends: this.#ends, times: this.#rowTimes }
  }

  #hold(part: Buffer): void {
    this.#held.push(Buffer.from(part))
    this.#heldLength += part.length
    if (this.#heldLength <= longestLine) return
    this.#isOverlong = true
    this.#rejectHeld(false)
  }

  #endHeld(): void {
    if (this.#isOverlong) {
      this.counts.lines++
      this.counts.rejected++
      this.#rejectHeld(true)
      this.#isOverlong = false
      return
    }
    const line = this.#held.length === 1 ? this.#held[0] : Buffer.concat(this.#held)
    this.#held = []
    this.#heldLength = 0
    if (line) this.#line(line, 0, line.length)
  }

  #rejectHeld(isEnd: boolean): void {
    const reason = () => `the line is longer than ${longestLine >> 20} MiB`
    this.#options.reject({ bytes: Buffer.concat(this.#held), reason, isEnd })
    this.#held = []
    this.#heldLength = 0
  }

  #line(bytes: Buffer, from: number, end: number): void {
    const to = this.#stripsReturn && end > from && bytes[end - 1] === carriageReturn ? end - 1 : end
    const verdict = this.#matcher.match(bytes, from, to)
    if (verdict === 'row') {
      this.#row(bytes, from, to, this.#matcher.row)
      return
    }
    this.counts.lines++
    this.counts.rejected++
    const reason = () => this.#reason(verdict, bytes, from, to)
    this.#options.reject({ bytes: bytes.subarray(from, end), reason, isEnd: true })
  }

  #row(bytes: Buffer, from: number, to: number, positions: Positions): void {
    this.counts.lines++
    // A hole that a crash or a truncated file left: they would be a part of the first cell.
    if (bytes[from] === 0) {
      this.counts.rejected++
      const reason = () => 'bytes 0 stand before it, and what was written there is lost'
      const end = bytes[to] === carriageReturn ? to + 1 : to
      this.#options.reject({ bytes: bytes.subarray(from, end), reason, isEnd: true })
      return
    }
    const time = this.#needsTime ? this.#timeOf(bytes, positions) : Number.NaN
    const { sinceMs, keepsTimes } = this.#options
    if (sinceMs !== undefined && !(time >= sinceMs)) {
      if (Number.isNaN(time)) this.counts.undated++
      else this.counts.skipped++
      return
    }
    this.counts.rows++
    this.#sink.row(bytes, from, to, positions, time)
    if (!keepsTimes) return
    if (!Number.isNaN(time)) this.#lastTime = time
    this.#ends.push(this.#sink.length)
    this.#rowTimes.push(this.#lastTime)
  }

  #timeOf(bytes: Buffer, { starts, ends }: Positions): number {
    return this.#times.read(bytes, starts[this.#timeField] as number, ends[this.#timeField] as number)
  }

  #reason(verdict: Verdict, bytes: Buffer, from: number, to: number): string {
    if (from === to) return 'the line is empty'
    if (verdict === 'ambiguous') return 'it can be read in more than one way'
    const { fields, literals } = this.#options.format
    const { failedField, failedAt } = this.#matcher
    if (failedField >= fields.length) return `there is more after ${fields.at(-1)?.name ?? 'the end'}`
    if (failedAt === from && failedField === 0) return `it does not begin as the format does`
    const next = literals[failedField + 1]
    const expected = next === undefined || next === '' ? 'the end of the line' : JSON.stringify(next)
    const found =
      failedAt >= to
        ? 'the line ends'
        : `there is ${JSON.stringify(bytes.subarray(failedAt, failedAt + 1).toString('latin1'))}`
    return `after ${fields[failedField]?.name} ${found}, where ${expected} was expected`
  }
}
