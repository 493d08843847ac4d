/** Finds what a column holds of one line: bytes, with the escapes of the server taken back. */
import type { ColumnSource } from './columns.ts'
import type { Escaping } from './format.ts'
import type { Positions } from './line-matcher.ts'
import { marks } from './line-rules.ts'
import { type RequestParts, splitRequest } from './request-parts.ts'
import { takeBackEscapes } from './unescape.ts'

export class CellFinder {
  /** The cell that was found last: `bytes[from..to)`, and the marks of what may be in it. */
  bytes: Buffer = Buffer.alloc(0)
  from = 0
  to = 0
  marks = 0
  readonly #escaping: Escaping
  readonly #host: Buffer
  readonly #hostMarks: number
  readonly #parts: RequestParts = { methodEnd: 0, targetStart: 0, targetEnd: 0, protocolStart: 0 }
  #scratch = Buffer.allocUnsafe(1 << 12)
  #splitFor = -1
  #isRequest = false

  constructor(escaping: Escaping, host: string) {
    this.#escaping = escaping
    this.#host = Buffer.from(host)
    this.#hostMarks = /[",\r\n]/.test(host) ? marks.csvQuote : 0
  }

  /** The next line is another one. */
  begin(): void {
    this.#splitFor = -1
  }

  /** False where the line says nothing of this column. The time is no cell of a line. */
  find(
    source: Exclude<ColumnSource, { kind: 'time' }>,
    line: Buffer,
    { starts, ends, marks: seen }: Positions,
  ): boolean {
    if (source.kind === 'empty') return false
    if (source.kind === 'host') {
      this.bytes = this.#host
      this.from = 0
      this.to = this.#host.length
      this.marks = this.#hostMarks
      return true
    }
    const at = source.index
    const start = starts[at] as number
    const end = ends[at] as number
    if (source.kind === 'field') {
      this.#cell(line, start, end, seen[at] as number)
      return true
    }
    if (this.#splitFor !== at) {
      this.#isRequest = splitRequest(line, start, end, this.#parts)
      this.#splitFor = at
    }
    if (!this.#isRequest) return false
    const { methodEnd, targetStart, targetEnd, protocolStart } = this.#parts
    if (source.kind === 'method') this.#cell(line, start, methodEnd, 0)
    else if (source.kind === 'target') this.#cell(line, targetStart, targetEnd, seen[at] as number)
    else this.#cell(line, protocolStart, end, 0)
    return true
  }

  #cell(line: Buffer, from: number, to: number, seen: number): void {
    if ((seen & marks.escape) === 0 || this.#escaping === 'none') {
      this.bytes = line
      this.from = from
      this.to = to
      this.marks = seen
      return
    }
    if (this.#scratch.length < to - from) this.#scratch = Buffer.allocUnsafe(2 * (to - from))
    this.bytes = this.#scratch
    this.from = 0
    this.to = takeBackEscapes(line, from, to, this.#escaping, this.#scratch)
    this.marks = marks.csvQuote | marks.notText
  }
}
