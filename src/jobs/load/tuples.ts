/**
 * INSERTs as bytes, row by row behind a head that is the same for all: a string that was put together of pieces takes several
 * times its length until it is read.
 */
import { quotedBytes, trusted } from '../../mysql/sql.ts'
import { decodeCells } from '../rows/tsv.ts'
import type { Target } from './targets.ts'

const [tab, comma, quote, backslash, capitalN] = [0x09, 0x2c, 0x27, 0x5c, 0x4e]
const [opening, closing] = [0x28, 0x29]
const nullWord = Buffer.from('NULL')

export class Tuples {
  readonly #targets: readonly Target[]
  /** All cells are stored as they are. */
  readonly #isPlain: boolean
  readonly #headLength: number
  #bytes = Buffer.allocUnsafe(64 * 1024)
  /** Of the head and the rows behind it. */
  length: number

  /** `head` is SQL, a byte each character. */
  constructor(targets: readonly Target[], head: string) {
    this.#targets = targets
    this.#headLength = head.length
    this.length = 0
    this.#reserve(head.length)
    this.length = this.#bytes.write(head, 'latin1')
    this.#isPlain = targets.every(each => each.stored === undefined)
  }

  /** The row of the line of `lines` between these places, without its line feed. */
  add(lines: Buffer, from: number, to: number): void {
    if (this.#isPlain) this.#addPlain(lines, from, to)
    else this.#addStored(lines.subarray(from, to))
  }

  /** The head and the rows up to `end`, where one ended; those behind it stay. */
  take(end = this.length): string {
    const text = this.#bytes.toString('latin1', 0, end)
    // Without the comma.
    const rest = Math.min(end + 1, this.length)
    this.#bytes.copyWithin(this.#headLength, rest, this.length)
    this.length += this.#headLength - rest
    return text
  }

  #addStored(line: Buffer): void {
    const tuple = this.#tupleOf(line)
    this.#reserve(tuple.length + 1)
    if (this.length > this.#headLength) this.#bytes[this.length++] = comma
    this.length += this.#bytes.write(tuple, this.length, 'latin1')
  }

  /** A backslash of the line means to a string literal what it means to LOAD DATA: only quotes are to be escaped. */
  #addPlain(lines: Buffer, from: number, to: number): void {
    // A byte becomes two at most, and a tab, or what stands around the row, a few more.
    this.#reserve((to - from) * 3 + 16)
    const out = this.#bytes
    let size = this.length
    if (size > this.#headLength) out[size++] = comma
    out[size++] = opening
    for (let at = from; ; at++) {
      const isNull =
        lines[at] === backslash && lines[at + 1] === capitalN && (at + 2 === to || lines[at + 2] === tab)
      if (isNull) {
        size += nullWord.copy(out, size)
        at += 2
      } else {
        out[size++] = quote
        for (; at < to && lines[at] !== tab; at++) {
          const byte = lines[at] ?? 0
          if (byte === quote) out[size++] = backslash
          out[size++] = byte
        }
        out[size++] = quote
      }
      if (at >= to) break
      out[size++] = comma
    }
    out[size++] = closing
    this.length = size
  }

  #tupleOf(line: Buffer): string {
    const cells = decodeCells(line)
    let tuple = '('
    for (let index = 0; index < this.#targets.length; index++) {
      const cell = cells[index]
      const literal = cell == null ? trusted('NULL') : quotedBytes(cell)
      const stored = this.#targets[index]?.stored
      tuple += (index === 0 ? '' : ',') + (stored ? stored(literal) : literal).bytes
    }
    return `${tuple})`
  }

  #reserve(more: number): void {
    if (this.length + more <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe((this.length + more) * 2)
    this.#bytes.copy(larger, 0, 0, this.length)
    this.#bytes = larger
  }
}
