/** A stream that holds back what comes before a mark, so that greetings and lectures never reach a parser. */
import { Transform } from 'node:stream'

const keptBytes = 64 * 1024

/** Passes bytes on once it is open; what came earlier is kept (its last 64 KiB) to explain a failure. */
export class HeldStream extends Transform {
  #noise = Buffer.alloc(0)
  #open = false
  #heldEnd: (() => void) | undefined
  readonly #mark: Buffer | undefined
  readonly #onMark: () => void

  /** With a mark it opens itself right after it; without one it waits for `open`. */
  constructor(mark?: string, onMark: () => void = () => undefined) {
    super({ highWaterMark: 256 * 1024 })
    this.#mark = mark === undefined ? undefined : Buffer.from(mark)
    this.#onMark = onMark
    this.on('error', () => undefined)
  }

  /** What was held back so far, as text. */
  get noise(): string {
    return this.#noise.toString()
  }

  /** Lets through what was held back (unless it is to be dropped) and everything that follows. */
  open(drop = false): void {
    if (this.#open) return
    this.#open = true
    if (!drop && this.#noise.length > 0) this.push(this.#noise)
    this.#noise = Buffer.alloc(0)
    this.#heldEnd?.()
  }

  override _transform(chunk: Buffer, _encoding: string, done: () => void): void {
    if (this.#open) {
      this.push(chunk)
      done()
      return
    }
    const seen = Buffer.concat([this.#noise, chunk])
    const at = this.#mark ? seen.indexOf(this.#mark) : -1
    if (at >= 0 && this.#mark) {
      this.#open = true
      this.#noise = Buffer.alloc(0)
      const rest = seen.subarray(at + this.#mark.length)
      this.#onMark()
      if (rest.length > 0) this.push(rest)
    } else {
      this.#noise = Buffer.from(seen.subarray(-keptBytes))
      this.emit('noise')
    }
    done()
  }

  /** While it is closed it holds back the end too: it may be opened after its source has ended. */
  override _flush(done: () => void): void {
    if (this.#open) done()
    else this.#heldEnd = done
  }
}
