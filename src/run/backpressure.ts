/** Holds streams back while what they said is not yet told: memory stays bounded, whatever a slow reader does. */
import type { Readable } from 'node:stream'

/** The last bytes of a shell behind sudo arrive a moment after its end. */
const drainMs = 2000

export class Backpressure {
  #held = 0

  /** Pauses a stream until a wait is over. */
  async hold(stream: Readable, wait: Promise<void>): Promise<void> {
    this.#held++
    stream.pause()
    await wait
    this.#held--
    stream.resume()
  }

  /** Resolves at the end of a stream, or when it has said nothing for a while though nobody holds it. */
  emptied(stream: Readable): Promise<void> {
    if (stream.readableEnded || stream.destroyed) return Promise.resolve()
    return new Promise(resolve => {
      let timer: NodeJS.Timeout
      let last: NodeJS.Immediate | undefined
      const settle = (): void => {
        clearTimeout(timer)
        clearImmediate(last)
        stream.off('data', wait)
        for (const event of ['end', 'close', 'error']) stream.off(event, settle)
        resolve()
      }
      const wait = (): void => {
        clearTimeout(timer)
        clearImmediate(last)
        // After a sleep of this whole machine the timer comes first: what has arrived meanwhile is read before it counts.
        timer = setTimeout(() => {
          last = setImmediate(() => (this.#held > 0 ? wait() : settle()))
        }, drainMs)
      }
      stream.on('data', wait)
      for (const event of ['end', 'close', 'error']) stream.once(event, settle)
      wait()
    })
  }
}
