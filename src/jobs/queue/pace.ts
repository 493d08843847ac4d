/** How many jobs the next move takes and how long is rested behind it: fewer when a worker had to wait, more while none does. */

const smallest = 50

export class Pace {
  readonly #most: number
  readonly #limitMs: number
  #batch: number

  /** `limitMs` is how long a worker's UPDATE may take. */
  constructor(most: number, limitMs: number) {
    this.#most = most
    this.#limitMs = limitMs
    this.#batch = Math.min(most, 1_000)
  }

  get batch(): number {
    return this.#batch
  }

  /** So long to leave workers alone behind a move. Undefined: nobody can tell whether one waited. */
  restMs(tookMs: number, waitedMs: number | undefined): number {
    if (waitedMs !== undefined && waitedMs < this.#limitMs / 20) return 0
    return Math.min(this.#limitMs / 4, tookMs / 4)
  }

  /** What a move took, and the longest that a worker waited meanwhile. */
  learn(tookMs: number, waitedMs: number): void {
    const aim = this.#limitMs / 4
    if (waitedMs > aim || tookMs > aim) {
      const factor = Math.max(0.25, Math.min(0.7, aim / Math.max(waitedMs, tookMs)))
      this.#batch = Math.max(Math.min(smallest, this.#most), Math.floor(this.#batch * factor))
    } else if (tookMs < aim * 0.6) {
      const factor = waitedMs === 0 && tookMs < aim * 0.3 ? 2 : 1.3
      this.#batch = Math.min(this.#most, Math.ceil(this.#batch * factor))
    }
  }
}
