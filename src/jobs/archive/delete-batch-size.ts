/** How many rows are locked and deleted at once: learned, so that no lock is held for long. */
const firstBatch = 500
const mostBatch = 2_000
/** While others are at work on the server: some milliseconds. */
const mostBesideOthers = 200
const targetMs = 250

export class DeleteBatchSize {
  #rows = firstBatch
  readonly #isShared: () => boolean

  constructor(isShared: () => boolean = () => false) {
    this.#isShared = isShared
  }

  get rows(): number {
    return this.#isShared() ? Math.min(mostBesideOthers, this.#rows) : this.#rows
  }

  /** From a batch of so many rows, and how long it held its locks. */
  learn(rows: number, milliseconds: number): void {
    if (rows < this.rows) return
    const factor = Math.min(1.5, Math.max(0.2, targetMs / Math.max(1, milliseconds)))
    this.#rows = Math.max(10, Math.min(mostBatch, Math.floor(this.#rows * factor)))
  }
}
