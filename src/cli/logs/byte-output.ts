/** Standard output for bytes: as fast as its reader, in large pieces, and quiet when the reader has had enough. */

const gathered = 128 << 10

export class ByteOutput {
  readonly #stream: NodeJS.WriteStream
  readonly #waiting = Buffer.allocUnsafe(gathered)
  #length = 0
  #isGone = false

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
  }

  /** True once nobody reads any more, or what is written cannot be kept (which the end of the program tells). */
  get isGone(): boolean {
    return this.#isGone
  }

  /** Takes the bytes; they may change afterwards. */
  async write(bytes: Buffer): Promise<void> {
    if (this.#length + bytes.length > gathered) await this.flush()
    if (bytes.length >= gathered) return this.#put(bytes)
    bytes.copy(this.#waiting, this.#length)
    this.#length += bytes.length
  }

  async flush(): Promise<void> {
    if (this.#length === 0) return
    const bytes = this.#waiting.subarray(0, this.#length)
    this.#length = 0
    await this.#put(bytes)
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
