/** How many statements others send to a server in a second: what the server counted less what this job sent. */

const leastWindowMs = 500
/** A monitoring agent asks less often, all in all. */
const atWorkPerSecond = 10
/** What a run like this one may send at least, and how much more than this one was ever seen to. */
const alikePerSecond = { least: 250, times: 2 }
/** So many looks in a row must find nobody. */
const quietLooks = 2
/** And so many somebody, where runs like this one come and go: the first statements of one are sent before it can be seen. */
const busyLooks = 2

interface Count {
  readonly questions: number
  readonly own: number
  readonly atMs: number
}

export class OthersRate {
  #last: Count | undefined
  #quiet = quietLooks
  #busy = 0
  #lastAlike = 0
  #mostOwnPerSecond = 0
  /** Of the last window; 0 until there was one. */
  perSecond = 0

  /** Others are at work. */
  get isBusy(): boolean {
    return this.#quiet < quietLooks
  }

  /** `alike`: runs of the same kind beside this one. Nobody knows what they send, and they are no others to it. Undefined: there can be none. */
  learn(questions: number, own: number, atMs: number, alike?: number): void {
    const last = this.#last
    if (last !== undefined && atMs - last.atMs < leastWindowMs) return
    this.#last = { questions, own, atMs }
    // One that has ended since was at work in the same time.
    const beside = Math.max(alike ?? 0, this.#lastAlike)
    this.#lastAlike = alike ?? 0
    if (last === undefined) return
    const perSecond = (count: number): number => (count * 1_000) / (atMs - last.atMs)
    const sent = own - last.own
    this.#mostOwnPerSecond = Math.max(this.#mostOwnPerSecond, perSecond(sent))
    const each = Math.max(alikePerSecond.least, alikePerSecond.times * this.#mostOwnPerSecond)
    this.perSecond = Math.max(0, perSecond(questions - last.questions - sent) - beside * each)
    this.#busy = this.perSecond > atWorkPerSecond ? this.#busy + 1 : 0
    if (this.#busy === 0) this.#quiet += 1
    else if (alike === undefined || this.#busy >= busyLooks) this.#quiet = 0
  }
}
