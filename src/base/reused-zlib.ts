/** gzip and gunzip whose memory is used again: made anew for each piece it is dear to make, and dearer to collect. */
import type { Transform } from 'node:stream'
import { constants, createGunzip, createGzip, type ZlibOptions } from 'node:zlib'

/** Node's types keep `reset` to streams without a head; all have it. */
type Stream = ReturnType<typeof createGzip> & { reset(): void }

/** Each piece of an answer is a way to another thread. */
const leastBytes = 16 * 1024

export class ReusedZlib {
  readonly #make: () => Stream
  #idle: Stream | undefined
  #memory: Buffer = Buffer.alloc(0)
  /** Resolves when nobody uses what came of the piece before. */
  #turn: Promise<void> = Promise.resolve()

  private constructor(make: (options: ZlibOptions) => Transform, options: ZlibOptions) {
    // Each piece is whole in itself.
    this.#make = () => make({ ...options, flush: constants.Z_FINISH }).on('error', () => undefined) as Stream
  }

  static gzip(options: ZlibOptions): ReusedZlib {
    return new ReusedZlib(createGzip, options)
  }

  static gunzip(): ReusedZlib {
    return new ReusedZlib(createGunzip, {})
  }

  /**
   * Yields once, with all that `bytes` become; that is good until the loop goes on, and others wait meanwhile. More than `aboutBytes` may come.
   * @throws what zlib says of bytes that are not whole or not its own.
   */
  async *once(bytes: Uint8Array, aboutBytes: number): AsyncGenerator<Buffer> {
    const before = this.#turn
    let done = (): void => undefined
    this.#turn = new Promise(resolve => {
      done = resolve
    })
    await before
    try {
      yield await this.#answer(bytes, aboutBytes)
    } finally {
      done()
    }
  }

  async #answer(bytes: Uint8Array, aboutBytes: number): Promise<Buffer> {
    const stream = this.#idle ?? this.#make()
    this.#idle = undefined
    if (this.#memory.length < aboutBytes)
      this.#memory = Buffer.allocUnsafeSlow(Math.max(leastBytes, aboutBytes))
    // Private to Node: where they have other names, each answer has memory of its own and all else is the same.
    Object.assign(stream, { _outBuffer: this.#memory, _outOffset: 0, _chunkSize: this.#memory.length })
    const takenBefore = stream.bytesWritten
    const parts: Buffer[] = []
    const take = (): void => {
      for (let part = stream.read(); part !== null; part = stream.read()) parts.push(part as Buffer)
    }
    stream.on('readable', take)
    await new Promise<void>((resolve, reject) => {
      // A write that fails is not answered.
      stream.once('error', reject)
      stream.write(bytes, error => {
        stream.off('error', reject)
        if (error) reject(error)
        else resolve()
      })
    })
    take()
    stream.off('readable', take)
    // Bytes behind the end of a file would end the stream too.
    if (stream.bytesWritten - takenBefore === bytes.length) {
      stream.reset()
      this.#idle = stream
    }
    const [first = Buffer.alloc(0)] = parts
    return parts.length > 1 ? Buffer.concat(parts) : first
  }
}
