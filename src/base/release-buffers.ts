/**
 * Lets go of buffers that nobody needs any more: V8 counts what lies outside its own heap late, and a job that passes
 * gigabytes through buffers would keep some 64 MB of them around (docs/decisions/memory-of-jobs.md).
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const mostBytes = 6 * 1024 * 1024

type Collect = (options?: { readonly type: 'minor' }) => void

let collect: Collect | undefined
/** In use after the last collection. */
let leastBytes = 0
/** The young were collected; V8 lets go of their buffers a little later. */
let waits = 0
const mostWaits = 4
const farTooMany = 3

/** Takes a millisecond or two where there is something to let go of, 20 ms where that was not enough, and else nothing. */
export function releaseBuffers(): void {
  const bytes = process.memoryUsage().arrayBuffers
  // What was in use after the last time may be so now; but V8 may have let go of more of it since, beside other work.
  leastBytes = Math.min(leastBytes, bytes)
  if (bytes < leastBytes + mostBytes) {
    waits = 0
    return
  }
  collect ??= collector()
  waits += 1
  if (waits === 1) collect({ type: 'minor' })
  if (waits < mostWaits && bytes < leastBytes + farTooMany * mostBytes) return
  waits = 0
  collect()
  leastBytes = process.memoryUsage().arrayBuffers
}

function collector(): Collect {
  setFlagsFromString('--expose-gc')
  const found = runInNewContext('gc') as Collect
  // The compiled form of this program is kept for the next run, which begins without it.
  setFlagsFromString('--no-expose-gc')
  return found
}
