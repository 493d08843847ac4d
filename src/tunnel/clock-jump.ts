/** Notices that this machine slept or was stopped: the wall clock ran on while nothing here did. */

/** The two clocks, in milliseconds. */
export interface Clocks {
  readonly wall: () => number
  readonly monotonic: () => number
}

const realClocks: Clocks = { wall: Date.now, monotonic: () => performance.now() }

/** Beyond this a late timer was no busy machine. */
const jumpMs = 4_000

/**
 * To be asked once every `everyMs`: how long nothing ran since the last time, 0 if nothing is amiss. On Linux only the
 * wall clock counts sleep; a stopped process finds both of them ahead.
 */
export function clockJumps(everyMs: number, clocks: Clocks = realClocks): () => number {
  let wall = clocks.wall()
  let monotonic = clocks.monotonic()
  return () => {
    const passedMs = Math.max(clocks.wall() - wall, clocks.monotonic() - monotonic)
    wall = clocks.wall()
    monotonic = clocks.monotonic()
    return passedMs > everyMs + jumpMs ? passedMs - everyMs : 0
  }
}
