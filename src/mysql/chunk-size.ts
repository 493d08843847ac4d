/** How many rows the next chunk should have: so many as take about half a second and fit into memory. */

export interface ChunkLimits {
  /** What one chunk should take. */
  readonly targetMs: number
  /** What one chunk may hold. */
  readonly mostBytes: number
  readonly mostRows: number
}

export const usualLimits: ChunkLimits = { targetMs: 500, mostBytes: 16 * 1024 * 1024, mostRows: 100_000 }

/** What a chunk should take where others are at work on the server: one of their statements waits that long at most. */
const sharedTargetMs = 10
/** Fewer rows take no less time, whatever a busy machine makes of it. */
const leastRows = 100

/** The same, with shorter chunks while others are at work. */
export function besideOthers(limits: ChunkLimits, governor: { readonly isShared: boolean }): ChunkLimits {
  return {
    ...limits,
    get targetMs() {
      return governor.isShared ? Math.min(sharedTargetMs, limits.targetMs) : limits.targetMs
    },
  }
}

/** Grows by steps while chunks are quick, shrinks at once when one was slow. */
export class ChunkSize {
  readonly limits: ChunkLimits
  #rows: number

  /** The first chunk is small: nothing is known yet. */
  constructor(averageRowBytes: number, limits: ChunkLimits = usualLimits, firstRows = 1_000) {
    this.limits = limits
    const fitting = limits.mostBytes / 4 / Math.max(1, averageRowBytes)
    this.#rows = clamp(Math.min(firstRows, fitting), limits)
  }

  get rows(): number {
    return this.#rows
  }

  /** What the server took for the last chunk; `bytes` is what its rows held. */
  learn(rows: number, bytes: number, milliseconds: number): void {
    const { targetMs, mostBytes } = this.limits
    const factor = Math.min(2, Math.max(0.1, (targetMs / Math.max(1, milliseconds)) * 0.9))
    const byTime = Math.max(leastRows, this.#rows * (factor > 1 && factor < 1.2 ? 1 : factor))
    const byBytes = bytes > 0 && rows > 0 ? (mostBytes / (bytes / rows)) * 0.8 : Number.POSITIVE_INFINITY
    this.#rows = clamp(Math.min(byTime, byBytes), this.limits)
  }
}

function clamp(rows: number, { mostRows }: ChunkLimits): number {
  return Math.max(1, Math.min(mostRows, Math.floor(rows)))
}
