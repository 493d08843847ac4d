/** The time in which a host that could have cut us off waits for a fresh login, as one run sees it. */
import type { Session } from '../../run/session.ts'
import { confirmAccess, type Verdict } from '../access/confirm.ts'
import { restoreNowScript } from '../access/confirm-shell.ts'
import { Renewal } from '../access/renew.ts'
import type { ApplyContext } from './context.ts'

const aliveMs = 5000

/** Runs from the first step that endangers our access to the login that confirms. */
export class Countdown {
  #running: 'no' | 'perhaps' | 'surely' = 'no'
  readonly #context: ApplyContext
  #renewal: Renewal | undefined

  constructor(context: ApplyContext) {
    this.#context = context
  }

  get isRunning(): boolean {
    return this.#running !== 'no'
  }

  /** `perhaps`: the connection went before the host could tell that it had begun. */
  begin(how: 'perhaps' | 'surely'): void {
    if (this.#running !== 'surely') this.#running = how
  }

  /** Watches over one batch: `begin` of what it returns is called when the host says that it counts down. */
  overBatch(session: Session): Renewal | undefined {
    const { freshLogin, emit } = this.#context
    if (!freshLogin) return undefined
    this.#renewal = new Renewal({ host: session.host, run: session.names.id, freshLogin, emit })
    return this.#renewal
  }

  /** Logs in afresh, so that the host gives its verdict. `session` is the one in use, dead or alive. */
  async end(session: Session, isLast: boolean, isSettled = isLast): Promise<Verdict> {
    const { freshLogin, emit, interrupt } = this.#context
    if (!freshLogin) throw new Error('a step that can cut our access was applied where nobody logs in')
    const { host, names } = session
    const restoreNow = () => session.trip(restoreNowScript, { silenceMs: aliveMs })
    const run = names.id
    const verdict = await confirmAccess({
      host,
      run,
      isLast,
      isSettled,
      freshLogin,
      restoreNow,
      emit,
      interrupt,
    })
    await this.#renewal?.end()
    const wasSure = this.#running === 'surely'
    this.#running = 'no'
    return verdict.kind === 'none' && wasSure ? { ...verdict, kind: 'forgotten' } : verdict
  }

  /** The session in use, or another one: a dead connection is told by nothing but silence. */
  async sessionAfter(session: Session): Promise<Session> {
    return session.trip(':', { silenceMs: aliveMs }).then(
      () => session,
      () => this.#context.reconnect('connection'),
    )
  }
}
