/** How many statements others send to a server in a second: what the server counted less what this job sent. */

const leastWindowMs = 500
/** A monitoring agent asks less often, all in all. */
const atWorkPerSecond = 10
/** So many looks in a row must find nobody. */
const quietLooks = 2

interface Count {
  readonly questions: number
  readonly own: number
  readonly atMs: number
}

export class OthersRate {
  #last: Count | undefined
  #quiet = quietLooks
  /** Of the last window; 0 until there was one. */
  perSecond = 0

  /** Others are at work. */
  get isBusy(): boolean {
    return this.#quiet < quietLooks
  }

  learn(questions: number, own: number, atMs: number): void {
    const last = this.#last
    if (last !== undefined && atMs - last.atMs < leastWindowMs) return
    this.#last = { questions, own, atMs }
    if (last === undefined) return
    const others = Math.max(0, questions - last.questions - (own - last.own))
    this.perSecond = (others * 1_000) / (atMs - last.atMs)
    this.#quiet = this.perSecond > atWorkPerSecond ? 0 : this.#quiet + 1
  }
}
