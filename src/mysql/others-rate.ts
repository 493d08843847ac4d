/** How many statements others send to a server in a second: what the server counted less what this job sent. */

const leastWindowMs = 500
/** A monitoring agent asks less often, all in all. */
const atWorkPerSecond = 10
/** What a run like this one may send at least, and how much more than this one was ever seen to. */
const alikePerSecond = { least: 250, times: 2 }
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
  #mostOwnPerSecond = 0
  /** Of the last window; 0 until there was one. */
  perSecond = 0

  /** Others are at work. */
  get isBusy(): boolean {
    return this.#quiet < quietLooks
  }

  /** `alike`: runs of the same kind beside this one. Nobody knows what they send, and they are no others to it. */
  learn(questions: number, own: number, atMs: number, alike = 0): void {
    const last = this.#last
    if (last !== undefined && atMs - last.atMs < leastWindowMs) return
    this.#last = { questions, own, atMs }
    if (last === undefined) return
    const perSecond = (count: number): number => (count * 1_000) / (atMs - last.atMs)
    const sent = own - last.own
    this.#mostOwnPerSecond = Math.max(this.#mostOwnPerSecond, perSecond(sent))
    const each = Math.max(alikePerSecond.least, alikePerSecond.times * this.#mostOwnPerSecond)
    this.perSecond = Math.max(0, perSecond(questions - last.questions - sent) - alike * each)
    this.#quiet = this.perSecond > atWorkPerSecond ? 0 : this.#quiet + 1
  }
}
