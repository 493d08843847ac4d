/** Rows as lines of TSV, made as they come from the server: what `tsv.ts` reads back. */
import type { WireRow } from '../../mysql/wire-row.ts'

const tab = 0x09
const lineFeed = 0x0a
const backslash = 0x5c
const letterN = 0x4e
const nullMark = 0xfb
/** The letter behind a backslash; 0: the byte stands for itself. */
const letters = new Uint8Array(256)
letters[0] = 0x30
letters[tab] = 0x74
letters[lineFeed] = 0x6e
letters[backslash] = backslash

/** Grows with its rows; `take` empties it. */
export class RowLines {
  rows = 0
  #bytes: Buffer
  #at = 0

  constructor(firstBytes = 256 * 1024) {
    this.#bytes = Buffer.allocUnsafe(firstBytes)
  }

  add(row: WireRow): void {
    // Each byte may become two; a length, of one byte at least, gives its place to a tab or a line feed.
    this.#reserve(row.length * 2 + 2)
    const out = this.#bytes
    let to = this.#at
    let from = 0
    while (from < row.length) {
      if (from > 0) out[to++] = tab
      const first = row[from++] ?? 0
      if (first === nullMark) {
        out[to++] = backslash
        out[to++] = letterN
        continue
      }
      let length = first
      if (first > nullMark) {
        const bytes = first === 0xfc ? 2 : first === 0xfd ? 3 : 8
        length = bytes === 8 ? Number(row.readBigUInt64LE(from)) : row.readUIntLE(from, bytes)
        from += bytes
      }
      const end = from + length
      if (end > row.length) throw new RangeError('a row ends in the middle of a cell')
      for (; from < end; from++) {
        const byte = row[from] as number
        const letter = letters[byte] as number
        if (letter !== 0) {
          out[to++] = backslash
          out[to++] = letter
        } else out[to++] = byte
      }
    }
    out[to++] = lineFeed
    this.#at = to
    this.rows += 1
  }

  /** The lines so far; they are no longer kept here. */
  take(): Buffer {
    const lines = this.#bytes.subarray(0, this.#at)
    this.#bytes = Buffer.alloc(0)
    this.#at = 0
    this.rows = 0
    return lines
  }

  #reserve(more: number): void {
    if (this.#at + more <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + more))
    this.#bytes.copy(larger, 0, 0, this.#at)
    this.#bytes = larger
  }
}
