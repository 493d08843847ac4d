/** While a step that endangers our access runs on, a login now and then lets the host wait longer for the one that confirms. */
import { errorDataOf } from '../../base/errors.ts'
import type { Emit } from '../../run/events.ts'
import type { FreshLogin } from '../../run/host-link.ts'
import { renewScript } from './confirm-shell.ts'

export interface RenewContext {
  readonly host: string
  /** The public name of the run, `RunNames.id`. */
  readonly run: string
  readonly freshLogin: () => Promise<FreshLogin>
  readonly emit: Emit
}

/** After the step was prepared: most are over by then. A slow login is done before the host has waited long enough. */
const firstMs = 28_000
const nextMs = 35_000
const againMs = 4_000
const answerMs = 10_000
/** A refused key or sudo is not asked for again and again: hosts ban those who do. */
const refusalsAllowed = 2

/** From the moment in which a host counts down to the end of the batch. */
export class Renewal {
  readonly #context: RenewContext
  #timer: NodeJS.Timeout | undefined
  #login: Promise<void> = Promise.resolve()
  #isOver = false
  #refusals = 0
  #wasTold = false

  constructor(context: RenewContext) {
    this.#context = context
  }

  /** The host counts down anew. */
  begin(): void {
    this.#after(firstMs)
  }

  /** The batch is over: what follows is a login that confirms. The promise ends with the login that is under way. */
  end(): Promise<void> {
    this.#isOver = true
    clearTimeout(this.#timer)
    return this.#login
  }

  #after(milliseconds: number): void {
    clearTimeout(this.#timer)
    if (this.#isOver || this.#refusals >= refusalsAllowed) return
    this.#timer = setTimeout(() => {
      this.#login = this.#renew()
    }, milliseconds)
  }

  async #renew(): Promise<void> {
    const { host, run, freshLogin, emit } = this.#context
    try {
      const login = await freshLogin()
      try {
        await login.session.trip(renewScript(run), { silenceMs: answerMs })
      } finally {
        await login.close().catch(() => {})
      }
      this.#after(nextMs)
    } catch (error) {
      const { code, title } = errorDataOf(error)
      if (code === 'authentication') this.#refusals++
      const text = `a new login fails (${title}) while the step runs: the host takes its changes back within a minute`
      if (!this.#wasTold && !this.#isOver) emit({ event: 'waiting', host, for: 'access', text })
      this.#wasTold = true
      this.#after(againMs)
    }
  }
}
