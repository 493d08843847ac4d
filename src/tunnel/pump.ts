/** Carries bytes from one stream to another, no faster than the slower one, and passes the end on. */
import type { Readable, Writable } from 'node:stream'

/** What may lie in the sink before the source has to wait. */
const fullBytes = 256 * 1024

/**
 * Pumps until the source ends; then `ended` is called, which ends the sink (half-close is kept) or does not.
 * Streams of ssh2 hold 2 MiB before they say that they are full: what lies in them is counted here instead.
 */
export function pump(
  source: Readable,
  sink: Writable,
  told: { readonly carried: (bytes: number) => void; readonly ended: () => void },
): void {
  let isHeld = false
  const release = (): void => {
    if (!isHeld || sink.writableLength >= fullBytes) return
    isHeld = false
    source.resume()
  }
  source.on('data', (chunk: Buffer) => {
    told.carried(chunk.length)
    const hasRoom = sink.write(chunk, release)
    if (isHeld || (hasRoom && sink.writableLength < fullBytes)) return
    isHeld = true
    source.pause()
  })
  sink.on('drain', release)
  source.on('end', told.ended)
}
