/** Texts of a column as DuckDB's `duckdb_string_t` (duckdb.h): 16 bytes a row, short ones inside, long ones pointed to. */
import { isText, withoutOddBytes } from '../cell-text.ts'
import { marks } from '../line-rules.ts'

/** A text of at most this many bytes lies in the 16 bytes of its row. */
const longestInside = 12
/** Below this length a loop copies faster than a call does. */
const shortCopy = 200

export class TextCells {
  /** Four words a row: length, then the text, or its first four bytes and where it begins in `text`. */
  items = new Uint32Array(4 << 10)
  isNull = new Uint8Array(1 << 10)
  /** The long texts, one after the other. */
  text = Buffer.allocUnsafe(1 << 16)
  /** Where the long texts of a row begin; one more than rows. */
  starts = new Uint32Array((1 << 10) + 1)
  #bytes = new Uint8Array(this.items.buffer)
  #rows = 0
  #length = 0

  begin(): void {
    this.#rows = 0
    this.#length = 0
  }

  add(source: Buffer, from: number, to: number, seen: number): void {
    if ((seen & marks.notText) !== 0 && !isText(source, from, to)) {
      const text = withoutOddBytes(source.subarray(from, to))
      this.#add(text, 0, text.length)
    } else this.#add(source, from, to)
  }

  addNull(): void {
    this.#add(this.text, 0, 0)
    this.isNull[this.#rows - 1] = 1
  }

  #add(source: Buffer, from: number, to: number): void {
    const row = this.#rows
    if (row === this.isNull.length) this.#grow()
    const length = to - from
    const { items } = this
    items[4 * row] = length
    this.isNull[row] = 0
    if (length <= longestInside) {
      // DuckDB compares all twelve bytes.
      items[4 * row + 1] = 0
      items[4 * row + 2] = 0
      items[4 * row + 3] = 0
      const inside = this.#bytes
      for (let at = from, target = 16 * row + 4; at < to; at++, target++)
        inside[target] = source[at] as number
    } else {
      items[4 * row + 1] = firstWord(source, from)
      items[4 * row + 2] = this.#length
      this.#copy(source, from, to)
    }
    this.#rows = row + 1
    this.starts[row + 1] = this.#length
  }

  #copy(source: Buffer, from: number, to: number): void {
    const length = to - from
    if (this.#length + length > this.text.length) {
      const larger = Buffer.allocUnsafe(Math.max(2 * this.text.length, this.#length + length))
      this.text.copy(larger, 0, 0, this.#length)
      this.text = larger
    }
    const { text } = this
    if (length > shortCopy) source.copy(text, this.#length, from, to)
    else
      for (let at = from, target = this.#length; at < to; at++, target++) text[target] = source[at] as number
    this.#length += length
  }

  #grow(): void {
    const rows = 2 * this.isNull.length
    const items = new Uint32Array(4 * rows)
    items.set(this.items)
    this.items = items
    this.#bytes = new Uint8Array(items.buffer)
    const isNull = new Uint8Array(rows)
    isNull.set(this.isNull)
    this.isNull = isNull
    const starts = new Uint32Array(rows + 1)
    starts.set(this.starts)
    this.starts = starts
  }
}

function firstWord(bytes: Buffer, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  )
}
