/** A unit of time that a busy machine stretches like the work itself: deadlines of tests are multiples of it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'

export interface Measured<T> {
  readonly value: T
  readonly tookMs: number
  /** The longest start of a Node meanwhile: some 50 ms on a quiet machine, and more the busier it is. */
  readonly unitMs: number
}

const betweenMs = 400

/** Does the work, and measures the unit before it and beside it. */
export async function measured<T>(work: () => Promise<T>): Promise<Measured<T>> {
  let unitMs = await nodeStartMs()
  const over = new AbortController()
  const begun = performance.now()
  const beside = (async () => {
    while (!over.signal.aborted) {
      unitMs = Math.max(unitMs, await nodeStartMs())
      await pause(betweenMs, undefined, { signal: over.signal }).catch(() => undefined)
    }
  })()
  try {
    const value = await work()
    const tookMs = performance.now() - begun
    over.abort()
    await beside
    return { value, tookMs, unitMs }
  } finally {
    over.abort()
  }
}

async function nodeStartMs(): Promise<number> {
  const begun = performance.now()
  await once(spawn(process.execPath, ['-e', ''], { stdio: 'ignore' }), 'close')
  return performance.now() - begun
}

/** What only computes is measured in time of the processor, which other work does not count in. */
export function computingMs(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
