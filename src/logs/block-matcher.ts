/** Reads the plain lines of a piece of a log at a speed of its own, where a format allows; it leaves the others alone. */

import { type Started, startWasm } from '../base/wasm/start.ts'
import type { LogFormat } from './format.ts'
import type { Positions } from './line-matcher.ts'
import { lineRules } from './line-rules.ts'
import { type LineCode, lineCode, linesAt, readsBeyond } from './wasm/line-code.ts'

const pageBytes = 1 << 16
const pages = 6
/** A longer piece is for others. */
const longestPiece = pages * pageBytes - linesAt - readsBeyond
const newline = 0x0a

export class BlockMatcher {
  /** Holds the piece that was taken last; all positions are places in it. */
  readonly bytes: Buffer
  /** The last line, without its end; of one that is no row, with a carriage return that may stand there. */
  from = 0
  to = 0
  /** False for a line of which this says nothing. */
  isRow = false
  /** Where its fields are, if it is a row. */
  readonly row: Positions
  readonly #read: (at: number) => number
  #at = linesAt
  #pieceEnd = linesAt

  private constructor(
    { startsAt, endsAt, marksAt, ...code }: LineCode,
    { memory, run }: Started,
    fields: number,
  ) {
    this.bytes = Buffer.from(memory)
    this.bytes.set(code.constants, code.constantsAt)
    this.row = {
      starts: new Int32Array(memory, startsAt, fields),
      ends: new Int32Array(memory, endsAt, fields),
      marks: new Uint8Array(memory, marksAt, fields),
    }
    this.#read = run
  }

  /** Undefined where the format, or this processor, is beyond it. */
  static of(format: LogFormat, stripsReturn: boolean): BlockMatcher | undefined {
    const rules = lineRules(format)
    const code = lineCode(rules, stripsReturn)
    const started = code && startWasm(code.module, pages)
    return started && new BlockMatcher(code, started, rules.fields.length)
  }

  /** False for a piece that is too long. */
  take(piece: Buffer): boolean {
    if (piece.length > longestPiece) return false
    this.bytes.set(piece, linesAt)
    this.#at = linesAt
    this.#pieceEnd = linesAt + piece.length
    this.bytes[this.#pieceEnd] = newline
    return true
  }

  /** Goes to the next line. False where the piece has no further whole one. */
  next(): boolean {
    if (this.#at === this.#pieceEnd) return false
    const said = this.#read(this.#at)
    const end = said >>> 2
    if (end === this.#pieceEnd) return false
    this.from = this.#at
    this.to = (said & 2) === 0 ? end : end - 1
    this.isRow = (said & 1) !== 0
    this.#at = end + 1
    return true
  }

  /** How much of the piece its whole lines were. */
  get done(): number {
    return this.#at - linesAt
  }
}
