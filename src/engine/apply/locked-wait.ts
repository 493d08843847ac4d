/** Waits for a host that another run holds, or that a shell of this run has not let go yet. */
import { setTimeout as pause } from 'node:timers/promises'
import type { ApplyContext } from './context.ts'

const retryMs = 1000
/** A shell of our own whose connection is gone lets go within seconds. */
const ownWaits = 30

/** What was awaited so far on one host. */
export class LockedWait {
  readonly #context: ApplyContext
  #holder: string | undefined
  #ownWaits = 0

  constructor(context: ApplyContext) {
    this.#context = context
  }

  /** The operator was told whose end is awaited, and the plan has not been made again since. */
  get wasTold(): boolean {
    return this.#holder !== undefined
  }

  /** The plan was made again with what the other run has done. */
  forget(): void {
    this.#holder = undefined
  }

  /** Waits a moment where the host is to be tried again; false where it is not. */
  async again(holder: string): Promise<boolean> {
    const { emit, interrupt, waitForLock, session, who } = this.#context
    if (interrupt.level !== 'none') return false
    const isOurs = holder === who && this.#ownWaits++ < ownWaits
    if (!waitForLock && !isOurs) return false
    if (!isOurs) {
      const text = `waiting for another run to end: ${holder}`
      if (holder !== this.#holder) emit({ event: 'waiting', host: session.host, for: 'lock', text })
      this.#holder = holder
    }
    await pause(retryMs)
    return true
  }
}
