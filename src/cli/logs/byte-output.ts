/** Standard output for bytes: in large pieces, soon when little comes, and quiet when its reader has had enough. */

const gathered = 128 << 10
/** Whoever follows a log that grows does not wait for more lines to see one. */
const soonMs = 100

export class ByteOutput {
  readonly #stream: NodeJS.WriteStream
  #filling = Buffer.allocUnsafe(gathered)
  #spare = Buffer.allocUnsafe(gathered)
  #length = 0
  #isGone = false
  #writing: Promise<void> = Promise.resolve()
  #soon: NodeJS.Timeout | undefined

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
  }

  /** True once nobody reads any more, or what is written cannot be kept (which the end of the program tells). */
  get isGone(): boolean {
    return this.#isGone
  }

  /** Takes the bytes; they may change afterwards. */
  async write(bytes: Buffer): Promise<void> {
    let from = 0
    while (from < bytes.length) {
      const taken = bytes.copy(this.#filling, this.#length, from)
      from += taken
      this.#length += taken
      if (this.#length === gathered) await this.flush()
    }
    if (this.#length > 0) this.#soon ??= setTimeout(() => void this.flush(), soonMs)
  }

  async flush(): Promise<void> {
    clearTimeout(this.#soon)
    this.#soon = undefined
    // The other buffer is free once what was in it is written.
    await this.#writing
    if (this.#length === 0) return
    const bytes = this.#filling.subarray(0, this.#length)
    ;[this.#filling, this.#spare] = [this.#spare, this.#filling]
    this.#length = 0
    this.#writing = this.#put(bytes)
    await this.#writing
  }

  #put(bytes: Buffer): Promise<void> {
    if (this.#isGone || this.#stream.destroyed) {
      this.#isGone = true
      return Promise.resolve()
    }
    return new Promise(resolve => {
      this.#stream.write(bytes, error => {
        if (error) this.#isGone = true
        resolve()
      })
    })
  }
}
