/** Keeps one SSH connection up: connects again after a drop, and stops where trying again would be hammering. */

import { type ErrorData, errorDataOf } from '../base/errors.ts'
import type { LinkState } from '../run/tunnel-state.ts'
import type { Transport } from '../transport/transport.ts'
import { pauseBefore } from './back-off.ts'
import { type Liveness, watchLiveness } from './liveness.ts'

export interface LinkOptions {
  readonly connect: () => Promise<Transport>
  /** Told of every change of state. */
  readonly onState: (state: LinkState) => void
  /** Called as soon as a connection is gone, before the next is tried. */
  readonly onLost: (transport: Transport, reason: string) => void
  /** Bytes that came over the link so far: any is a sign of life. */
  readonly received: () => number
  /** True while more is sent than the link takes: answers may be late then. */
  readonly isCongested: () => boolean
  /** True while nobody uses the link. */
  readonly isIdle: () => boolean
}

/** Errors that another try does not mend. */
const permanent: readonly ErrorData['code'][] = ['input', 'authentication', 'host-key']

/** A host that is starting refuses logins for a moment, although the credentials are right. */
const secondChanceMs = 10_000

/** A connection that lasted less is not yet a reason to start with short pauses again. */
const steadyMs = 2_000

/** The least pause between two tries when somebody is waiting: first short, then such that nobody is hammered. */
const hurriedMs = (attempt: number): number => (attempt <= 5 ? 1_000 : 5_000)

/** Thrown to those who wait for a link that is not there. */
export class LinkDown extends Error {}

export class Link {
  #state: LinkState = { state: 'connecting', attempt: 1 }
  #transport: Transport | undefined
  #liveness: Liveness | undefined
  #waiters = new Set<{
    readonly resolve: (transport: Transport) => void
    readonly reject: (e: Error) => void
  }>()
  #wake: (() => void) | undefined
  #triedAt = 0
  #wasUsed = false
  #isClosed = false
  #drop: ((reason: string) => void) | undefined
  #endWait: () => void = () => undefined
  readonly #asked = new Promise<undefined>(resolve => {
    this.#endWait = () => resolve(undefined)
  })
  readonly #options: LinkOptions

  constructor(options: LinkOptions) {
    this.#options = options
  }

  get state(): LinkState {
    return this.#state
  }

  /** Of the last answer to a question over the link; undefined before the first. */
  get latencyMs(): number | undefined {
    return this.#liveness?.latencyMs
  }

  /** Connects and keeps connected until `close` or an error that is permanent; then resolves with that error. */
  async run(options: { readonly giveUpFirst: boolean }): Promise<ErrorData | undefined> {
    let attempt = 1
    let wasUp = false
    let refusals = 0
    while (!this.#isClosed) {
      this.#enter({ state: 'connecting', attempt })
      this.#triedAt = performance.now()
      let error: ErrorData
      try {
        const transport = await this.#connect()
        if (!transport) break
        wasUp = true
        refusals = 0
        const upAt = performance.now()
        const reason = await this.#serve(transport)
        if (this.#isClosed) break
        if (performance.now() - upAt >= steadyMs || this.#wasUsed) attempt = 1
        error = { code: 'lost', title: reason, changed: 'no' }
      } catch (thrown) {
        error = errorDataOf(thrown)
      }
      if (this.#isClosed) break
      const isRefused = error.code === 'authentication' && wasUp && refusals++ === 0
      if ((permanent.includes(error.code) && !isRefused) || (!wasUp && options.giveUpFirst)) {
        this.#stop(error)
        return error
      }
      const pauseMs = isRefused ? secondChanceMs : pauseBefore(attempt)
      attempt += 1
      await this.#pause(pauseMs, error, attempt, !isRefused)
    }
    this.#stop()
    return undefined
  }

  /** The connection, waiting for it up to `waitMs`. @throws LinkDown */
  ready(waitMs: number): Promise<Transport> {
    if (this.#transport) return Promise.resolve(this.#transport)
    if (this.#state.state === 'stopped') return Promise.reject(new LinkDown('the tunnel has stopped'))
    this.#hurry()
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer)
        this.#waiters.delete(waiter)
      }
      const waiter = {
        resolve: (transport: Transport) => {
          end()
          resolve(transport)
        },
        reject: (error: Error) => {
          end()
          reject(error)
        },
      }
      const timer = setTimeout(
        () => waiter.reject(new LinkDown('there is no connection to the host')),
        waitMs,
      )
      this.#waiters.add(waiter)
    })
  }

  /** Somebody carried something over the connection: it is of use. */
  used(): void {
    this.#wasUsed = true
  }

  /** Tells that this connection does not work any more, whatever it says itself. */
  reportLost(transport: Transport, reason: string): void {
    if (transport === this.#transport) this.#drop?.(reason)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#endWait()
    this.#wake?.()
    const transport = this.#transport
    this.#drop?.('closed')
    await transport?.close()
  }

  /** Undefined when the tunnel was closed meanwhile: what still comes of the login is closed as well. */
  async #connect(): Promise<Transport | undefined> {
    const connecting = this.#options.connect()
    const transport = await Promise.race([connecting, this.#asked])
    if (transport && !this.#isClosed) return transport
    void connecting.then(
      late => late.close(),
      () => undefined,
    )
    return undefined
  }

  /** Resolves with the reason when the connection is gone. */
  async #serve(transport: Transport): Promise<string> {
    this.#wasUsed = false
    this.#transport = transport
    const dropped = new Promise<string>(resolve => {
      this.#drop = reason => {
        if (this.#transport !== transport) return
        this.#transport = undefined
        this.#options.onLost(transport, reason)
        resolve(reason)
      }
    })
    const drop = (reason: string): void => this.#drop?.(reason)
    void transport.closed.then(reason => drop(reason ?? 'closed'))
    this.#liveness = watchLiveness({
      transport,
      received: this.#options.received,
      isCongested: this.#options.isCongested,
      isIdle: this.#options.isIdle,
      onDead: drop,
    })
    this.#enter({ state: 'up', since: Date.now() })
    for (const waiter of [...this.#waiters]) waiter.resolve(transport)
    const reason = await dropped
    this.#liveness.stop()
    this.#liveness = undefined
    // What does not answer may take its time to close; nobody has to wait for it.
    if (!this.#isClosed) void transport.close()
    return reason
  }

  async #pause(milliseconds: number, error: ErrorData, attempt: number, mayHurry: boolean): Promise<void> {
    this.#enter({ state: 'waiting', error, retryAt: Date.now() + milliseconds, attempt })
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, milliseconds)
      const wake = (): void => {
        clearTimeout(timer)
        resolve()
      }
      this.#wake = () => {
        if (this.#isClosed || mayHurry) wake()
      }
      if (this.#waiters.size > 0) this.#hurry()
    })
    this.#wake = undefined
  }

  /** Ends a long pause early, because a client waits or because this machine woke up. */
  #hurry(): void {
    const wake = this.#wake
    if (!wake || this.#state.state !== 'waiting') return
    const leftMs = hurriedMs(this.#state.attempt) - (performance.now() - this.#triedAt)
    if (leftMs <= 0) wake()
    else setTimeout(() => this.#wake === wake && wake(), leftMs)
  }

  /** This machine slept: ask now whether the host is still there, and wait for nothing. */
  woke(): void {
    this.#liveness?.ask()
    this.#hurry()
  }

  #enter(state: LinkState): void {
    this.#state = state
    this.#options.onState(state)
  }

  #stop(error?: ErrorData): void {
    this.#enter({ state: 'stopped', ...(error && { error }) })
    for (const waiter of [...this.#waiters]) waiter.reject(new LinkDown('the tunnel has stopped'))
  }
}
