/** Times of a column as DuckDB's TIMESTAMP: microseconds since 1970 in UTC, eight bytes a row. */
export class TimeCells {
  isNull = new Uint8Array(1 << 10)
  #micros = new BigInt64Array(1 << 10)
  #rows = 0
  #lastMs = 0
  #last = 0n

  get items(): BigInt64Array {
    return this.#micros
  }

  begin(): void {
    this.#rows = 0
  }

  /** NaN: nobody knows when. */
  add(timeMs: number): void {
    const row = this.#rows++
    if (row === this.isNull.length) this.#grow()
    this.isNull[row] = Number.isNaN(timeMs) ? 1 : 0
    if (Number.isNaN(timeMs)) return
    if (timeMs !== this.#lastMs) {
      this.#lastMs = timeMs
      this.#last = 1000n * BigInt(timeMs)
    }
    this.#micros[row] = this.#last
  }

  #grow(): void {
    const micros = new BigInt64Array(2 * this.isNull.length)
    micros.set(this.#micros)
    this.#micros = micros
    const isNull = new Uint8Array(2 * this.isNull.length)
    isNull.set(this.isNull)
    this.isNull = isNull
  }
}
