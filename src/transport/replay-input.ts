/** The input of a shell that may have to be opened twice: what was written is kept until one has proved itself. */
import { Writable } from 'node:stream'

/** Forwards at once and keeps a copy; `hold` takes the receiver away, `commit` gives the final one all of it. */
export class ReplayInput extends Writable {
  #kept: Buffer[] | undefined = []
  #receiver: Writable | undefined
  #inputEnded = false

  constructor() {
    super({ highWaterMark: 256 * 1024 })
    // The reader learns of the end from the process; an error nobody listens to would end the program.
    this.on('error', () => undefined)
  }

  /** Forwards all that was written and what comes, while still keeping a copy. */
  forward(receiver: Writable): void {
    this.#receiver = receiver
    for (const chunk of this.#kept ?? []) receiver.write(chunk)
    if (this.#inputEnded) receiver.end()
  }

  /** Keeps without forwarding. */
  hold(): void {
    this.#receiver = undefined
  }

  /** Drops the copy; a receiver that has not seen it gets it first. */
  commit(receiver: Writable): void {
    const kept = this.#kept ?? []
    this.#kept = undefined
    if (this.#receiver !== receiver) {
      for (const chunk of kept) receiver.write(chunk)
      if (this.#inputEnded) receiver.end()
    }
    this.#receiver = receiver
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#kept?.push(chunk)
    // While a copy is kept, a receiver that went away is no error: another may follow.
    if (this.#receiver) this.#receiver.write(chunk, error => done(this.#kept ? null : error))
    else done()
  }

  override _final(done: () => void): void {
    this.#inputEnded = true
    this.#receiver?.end()
    done()
  }
}
