/** Rows one behind another in one piece of memory: thousands of buffers of their own would be dear to keep and to collect. */
import type { WireRow } from '../../mysql/wire-row.ts'

export class PackedRows {
  length = 0
  #bytes: Buffer
  #used = 0
  /** Where each row ends. */
  #ends = new Uint32Array(1024)

  constructor(firstBytes = 64 * 1024) {
    this.#bytes = Buffer.allocUnsafe(firstBytes)
  }

  get bytes(): number {
    return this.#used
  }

  add(row: WireRow): void {
    const end = this.#used + row.length
    if (end > this.#bytes.length) this.#grow(end)
    if (this.length === this.#ends.length) {
      const ends = new Uint32Array(this.length * 2)
      ends.set(this.#ends)
      this.#ends = ends
    }
    this.#bytes.set(row, this.#used)
    this.#ends[this.length] = end
    this.#used = end
    this.length += 1
  }

  /** A view of this memory. */
  at(index: number): WireRow {
    const from = index === 0 ? 0 : this.#ends[index - 1]
    return this.#bytes.subarray(from, this.#ends[index])
  }

  *[Symbol.iterator](): Generator<WireRow> {
    for (let index = 0; index < this.length; index++) yield this.at(index)
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, needed))
    this.#bytes.copy(larger, 0, 0, this.#used)
    this.#bytes = larger
  }
}
