/** The lock of a host, held over more than its batches: from before it leaves its balancers until it is back. */
import { setTimeout as pause } from 'node:timers/promises'
import { OpsError } from '../../base/errors.ts'
import type { HostLink } from '../../run/host-link.ts'
import type { Session } from '../../run/session.ts'
import { bareShell } from '../../shell/library.ts'
import { quote } from '../../shell/quote.ts'
import { takeLock } from '../batch/take-lock.ts'
import { brokenError, lockedError } from '../host-errors.ts'
import type { RunOptions } from '../run-request.ts'
import holdLockText from './hold-lock.sh'

const functions = `${takeLock}${bareShell(holdLockText)}`
const retryMs = 1000
/** A shell of our own whose connection is gone lets go within seconds. */
const ownWaits = 30

export class HostLock {
  readonly #link: HostLink
  /** The same words as in the batches: a run does not wait for itself. */
  readonly #who: string
  readonly #options: Pick<RunOptions, 'emit' | 'interrupt' | 'waitForLock'>
  #session: Session | undefined

  constructor(link: HostLink, who: string, options: Pick<RunOptions, 'emit' | 'interrupt' | 'waitForLock'>) {
    this.#link = link
    this.#who = who
    this.#options = options
  }

  /** Answers whether another run had to end first. @throws OpsError `locked` where that is not waited for. */
  async take(): Promise<boolean> {
    const session = await this.#link.open()
    if (session === this.#session) return false
    const { emit, interrupt, waitForLock = false } = this.#options
    let told = ''
    for (let own = 0; ; await pause(retryMs)) {
      const holder = await this.#ask(session, `ops_keep_lock ${quote(this.#who)}`)
      if (holder === undefined) break
      const isOurs = holder === this.#who && own++ < ownWaits
      if ((!waitForLock && !isOurs) || interrupt.level !== 'none')
        throw new OpsError(lockedError(session.host, holder))
      const text = `waiting for another run to end: ${holder}`
      if (!isOurs && holder !== told) emit({ event: 'waiting', host: session.host, for: 'lock', text })
      if (!isOurs) told = holder
    }
    this.#session = session
    return told !== ''
  }

  /** Where the connection is gone, the lock is as well. */
  async letGo(): Promise<void> {
    const session = this.#session
    this.#session = undefined
    if (session && this.#options.interrupt.level !== 'hard')
      await this.#ask(session, 'ops_let_go').catch(() => undefined)
  }

  /** Who holds it instead of us. */
  async #ask(session: Session, call: string): Promise<string | undefined> {
    let holder: string | undefined
    let broken: string | undefined
    await session.trip(`${functions}${call}`, {
      silenceMs: 60_000,
      frame: ({ kind, args, body }) => {
        if (kind === 'locked') holder = body.toString('utf8').trim()
        if (kind === 'broken') broken = args.join(' ')
      },
    })
    if (broken !== undefined) throw new OpsError(brokenError(session.host, broken, 'no'))
    return holder
  }
}
