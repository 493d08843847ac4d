/**
 * Lets go of buffers that nobody needs any more: V8 counts what lies outside its own heap late, and a job that passes
 * gigabytes through buffers would keep some 64 MB of them around (docs/decisions/memory-of-jobs.md).
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const mostBytes = 6 * 1024 * 1024

let collect: (() => void) | undefined
let leastBytes = 0

/** Takes some 20 ms where there is something to let go of, and nothing else. */
export function releaseBuffers(): void {
  const bytes = process.memoryUsage().arrayBuffers
  // What was in use after the last time may be so now; but V8 may have let go of more of it since, beside other work.
  leastBytes = Math.min(leastBytes, bytes)
  if (bytes < leastBytes + mostBytes) return
  collect ??= collector()
  collect()
  leastBytes = process.memoryUsage().arrayBuffers
}

function collector(): () => void {
  setFlagsFromString('--expose-gc')
  const found = runInNewContext('gc') as () => void
  // The compiled form of this program is kept for the next run, which begins without it.
  setFlagsFromString('--no-expose-gc')
  return found
}
