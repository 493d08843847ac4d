/**
 * Several walks of one table, with the days dealt out to them: while the rows of one day are worked on here, the server
 * reads the next ones. Their pieces come in turn.
 */
import type { DaysSource, WalkPiece, WalkTotals } from './days-walk.ts'

interface Walk {
  readonly source: DaysSource
  /** What is read of it ahead. */
  ahead: Promise<WalkPiece | undefined> | undefined
}

export class WalksInTurn implements DaysSource {
  readonly #all: readonly DaysSource[]
  /** Those that have not come to their end; the first one is next. */
  readonly #walks: Walk[]

  constructor(sources: readonly DaysSource[]) {
    this.#all = sources
    this.#walks = sources.map(source => ({ source, ahead: undefined }))
  }

  get totals(): WalkTotals {
    const each = this.#all.map(({ totals }) => totals)
    const longest = (name: 'longestStatementMs' | 'longestSnapshotMs'): number =>
      Math.max(...each.map(totals => totals[name]))
    return {
      checked: each.reduce((sum, { checked }) => sum + checked, 0),
      emptied: each.flatMap(({ emptied }) => emptied),
      restarts: each.reduce((sum, { restarts }) => sum + restarts, 0),
      longestStatementMs: longest('longestStatementMs'),
      longestSnapshotMs: longest('longestSnapshotMs'),
    }
  }

  get holdsSnapshot(): boolean {
    return this.#all.some(source => source.holdsSnapshot)
  }

  async next(): Promise<WalkPiece | undefined> {
    for (const walk of this.#walks) this.#begin(walk)
    const walk = this.#walks[0]
    if (!walk) return undefined
    const piece = await walk.ahead
    walk.ahead = undefined
    this.#walks.shift()
    if (!piece) return this.next()
    this.#walks.push(walk)
    // A walk has memory for two pieces. The last one alone waits until it is asked: the piece before may be at work still.
    if (this.#walks.length > 1) this.#begin(walk)
    return piece
  }

  async close(): Promise<void> {
    const underWay = this.#walks.map(({ ahead }) => ahead?.catch(() => undefined))
    await Promise.all(underWay)
    await Promise.all(this.#all.map(source => source.close()))
  }

  #begin(walk: Walk): void {
    walk.ahead ??= walk.source.next()
    // Its failure is told where it is awaited.
    walk.ahead.catch(() => undefined)
  }
}
