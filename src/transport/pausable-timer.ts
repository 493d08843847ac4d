/** A deadline whose clock stands still while a person is asked something. */
export class PausableTimer {
  #leftMs: number
  #startedAt = 0
  #timer: NodeJS.Timeout | undefined
  #expire: () => void = () => undefined
  #questions = 0
  #ended = false

  constructor(timeoutMs: number) {
    this.#leftMs = timeoutMs
  }

  /** Calls `expire` once the time is used up. */
  start(expire: () => void): void {
    this.#expire = expire
    this.#run()
  }

  /** Ends it for good, also while a question is open. */
  stop(): void {
    this.#ended = true
    clearTimeout(this.#timer)
  }

  /** The clock goes on when the last open question is answered. */
  async paused<T>(action: () => Promise<T>): Promise<T> {
    if (this.#questions++ === 0) {
      clearTimeout(this.#timer)
      this.#leftMs -= performance.now() - this.#startedAt
    }
    try {
      return await action()
    } finally {
      if (--this.#questions === 0) this.#run()
    }
  }

  #run(): void {
    if (this.#ended || this.#questions > 0) return
    this.#startedAt = performance.now()
    this.#timer = setTimeout(this.#expire, this.#leftMs)
  }
}
