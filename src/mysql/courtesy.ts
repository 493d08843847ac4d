/** How long a job rests behind each turn at a server that others use: longer at once while they feel it, shorter by and by. */

/** Kind before anything is known: from here it grows where one look in twenty says that the work is felt, and else shrinks. */
const first = 12
const least = 0.25
const most = 24
/** Where few statements come, few of them meet a turn: of so many a second one more turn of rest. */
const perTurnOfRest = 10
/** Beyond this the work is felt: a part of what threads wait without it, and what is too little to matter. */
const feltFactor = 1.1
const feltMs = 0.03
/** What one more look says against all before. */
const weight = 0.1

export class Courtesy {
  #coefficient = first
  #besideRestMs: number | undefined
  #besideWorkMs: number | undefined

  /** A rest takes so many times what the turn took, beside others who send so many statements a second. */
  coefficientBeside(perSecond: number): number {
    return Math.min(this.#coefficient, Math.max(1, perSecond / perTurnOfRest))
  }

  /** How late the server's threads came to run while the job rested. */
  rested(lateMs: number): void {
    this.#besideRestMs = smooth(this.#besideRestMs, lateMs)
  }

  /** And while it was at work. */
  worked(lateMs: number): void {
    this.#besideWorkMs = smooth(this.#besideWorkMs, lateMs)
    if (this.#besideRestMs === undefined) return
    const isFelt = this.#besideWorkMs > this.#besideRestMs * feltFactor + feltMs
    this.#coefficient = isFelt
      ? Math.min(most, this.#coefficient * 1.5)
      : Math.max(least, this.#coefficient - 0.25)
  }
}

function smooth(before: number | undefined, now: number): number {
  return before === undefined ? now : before * (1 - weight) + now * weight
}
