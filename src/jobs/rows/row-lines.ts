/** Rows as lines of TSV, made as they come from the server: what `tsv.ts` reads back. */
import { type WireRow, writeLength } from '../../mysql/wire-row.ts'

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

/** Grows with its rows; `take` empties it for the next ones, in two pieces of memory that take turns. */
export class RowLines {
  rows = 0
  #bytes: Buffer
  /** Where the lines are that were taken last. */
  #other: Buffer | undefined
  #at = 0

  constructor(firstBytes = 256 * 1024) {
    this.#bytes = Buffer.allocUnsafe(firstBytes)
  }

  /** What stands before the rows. */
  begin(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  /** Lines of so many rows as they are. */
  append(lines: Uint8Array, rows: number): void {
    this.begin(lines)
    this.rows += rows
  }

  add(row: WireRow): void {
    // A byte of a text may become two, with a length of one byte at least that gives its place to a tab; NULL, of one byte, three.
    this.#reserve(row.length * 3 + 2)
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

  /** The lines so far. They hold until rows are added after the next `take`: large buffers are dear to collect. */
  take(): Buffer {
    const lines = this.#bytes.subarray(0, this.#at)
    const other = this.#other
    this.#other = this.#bytes
    this.#bytes = other ?? Buffer.alloc(0)
    this.clear()
    return lines
  }

  clear(): void {
    this.#at = 0
    this.rows = 0
  }

  #reserve(more: number): void {
    if (this.#at + more <= this.#bytes.length) return
    const usual = Math.max(this.#bytes.length * 2, this.#other?.length ?? 0)
    const larger = Buffer.allocUnsafe(Math.max(usual, this.#at + more))
    this.#bytes.copy(larger, 0, 0, this.#at)
    this.#bytes = larger
  }
}

/** The letter behind a backslash, as the byte that it stands for; 256: none. */
const plain = new Uint16Array(256).fill(256)
for (const [byte, letter] of letters.entries()) if (letter !== 0) plain[letter] = byte

/** For all readers, as each row is done with before the next one is read, whosever it is. */
const usualRow = Buffer.allocUnsafe(64 * 1024)

/** Makes rows of lines again, one at a time, each in the memory of the one before. */
export class LineRows {
  #row = usualRow

  /** The row of one line, without its line feed; it holds until the next call, of any reader. */
  read(line: Buffer, from: number, to: number): WireRow {
    // Most lines have no backslash, and only short cells: then each length stands where the tab before it was.
    const plainRow = this.#plain(line, from, to)
    if (plainRow) return plainRow
    // Eight bytes more a cell for its length; there are no more cells than bytes and one.
    const most = (to - from + 1) * 9 + 9
    if (this.#row.length < most) this.#row = Buffer.allocUnsafe(most * 2)
    const out = this.#row
    let at = 0
    for (let cell = from; cell <= to; ) {
      let end = line.indexOf(tab, cell)
      if (end < 0 || end > to) end = to
      at = this.#cell(line, cell, end, out, at)
      cell = end + 1
    }
    return out.subarray(0, at)
  }

  #plain(line: Buffer, from: number, to: number): WireRow | undefined {
    const size = to - from + 1
    if (size > this.#row.length) return undefined
    const out = this.#row
    line.copy(out, 1, from, to)
    let head = 0
    for (let at = 1; at < size; at++) {
      const byte = out[at] as number
      if (byte === backslash) return undefined
      if (byte !== tab) continue
      if (at - head > 251) return undefined
      out[head] = at - head - 1
      head = at
    }
    if (size - head > 251) return undefined
    out[head] = size - head - 1
    return out.subarray(0, size)
  }

  #cell(line: Uint8Array, from: number, to: number, out: Buffer, start: number): number {
    if (to - from === 2 && line[from] === backslash && line[from + 1] === letterN) {
      out[start] = nullMark
      return start + 1
    }
    let length = to - from
    for (let at = from; at < to; at++) {
      if (line[at] !== backslash) continue
      length -= 1
      at += 1
    }
    let at = writeLength(out, start, length)
    for (let byte = from; byte < to; byte++) {
      const value = line[byte] as number
      if (value !== backslash) {
        out[at++] = value
        continue
      }
      byte += 1
      const meant = byte < to ? (plain[line[byte] as number] as number) : 256
      if (meant > 255) throw new RangeError('a cell has a backslash that means nothing')
      out[at++] = meant
    }
    return at
  }
}
