/** Lets what is written in one turn of the event loop leave in one system call: many small ones cost more than their bytes. */
import type { Duplex } from 'node:stream'

/** Enough for one system call. */
const plentyBytes = 128 * 1024

const gathered = new WeakSet<Duplex>()

/** From now on; asking again changes nothing. */
export function gatherWrites(sink: Duplex): void {
  if (gathered.has(sink)) return
  gathered.add(sink)
  let isHeld = false
  let isDue = false
  const release = (): void => {
    if (!isHeld) return
    isHeld = false
    sink.uncork()
  }
  const turnEnds = (): void => {
    isDue = false
    release()
  }
  const write = sink.write.bind(sink) as (...words: unknown[]) => boolean
  sink.write = (...words: unknown[]): boolean => {
    if (!isHeld) {
      isHeld = true
      sink.cork()
    }
    if (!isDue) {
      isDue = true
      setImmediate(turnEnds)
    }
    const hasRoom = write(...words)
    if (sink.writableLength >= plentyBytes) release()
    return hasRoom
  }
}
