/** Logs in afresh after steps that could have cut our access, and learns from the host what became of them. */
import { setTimeout as pause } from 'node:timers/promises'
import { type ErrorData, errorDataOf, OpsError } from '../../base/errors.ts'
import type { Emit } from '../../run/events.ts'
import type { FreshLogin } from '../../run/host-link.ts'
import type { Interrupt } from '../../run/interrupt.ts'
import { armedSeconds } from './arm-shell.ts'
import { confirmScript, renewedSeconds } from './confirm-shell.ts'

/**
 * The host's own word: `none`, nothing was armed; `forgotten`, it had armed, and knows nothing of this run any more;
 * `unknown`, it could not be asked.
 * `details` are what could not be put back, `stays` the packages that came meanwhile; `why` is why the first logins failed.
 */
export interface Verdict {
  readonly kind: 'confirmed' | 'restored' | 'restore-failed' | 'none' | 'forgotten' | 'unknown'
  readonly steps: string
  /** Of what was put back. */
  readonly areas: readonly string[]
  /** Why the host took it back although a new login worked. */
  readonly reason: string | undefined
  readonly details: readonly string[]
  readonly stays: readonly string[]
  readonly why: ErrorData | undefined
}

export interface ConfirmContext {
  readonly host: string
  /** The public name of the run, `RunNames.id`. */
  readonly run: string
  /** No later step of the run could need what the host has saved. */
  readonly isLast: boolean
  /** No later step is part of the same danger. */
  readonly isSettled: boolean
  readonly freshLogin: () => Promise<FreshLogin>
  /** Asks the host, over the connection that still lives, not to wait any longer; may fail. */
  readonly restoreNow: () => Promise<void>
  readonly emit: Emit
  readonly interrupt: Interrupt
}

const retryMs = 1000
/** A refused key or sudo is not asked for again and again: hosts ban those who do. */
const refusalsAllowed = 2
/** After the host has begun to restore: the restart of daemons, a boot. */
const restoreMs = 5_000
const giveUpMs = (armedSeconds + 120) * 1000
const answerMs = 90_000

/** Tries until the host has answered; never throws. */
export async function confirmAccess(context: ConfirmContext): Promise<Verdict> {
  const { host, emit, interrupt } = context
  let started = performance.now()
  const passedMs = () => performance.now() - started
  let why: ErrorData | undefined
  let refusals = 0
  let restoringSince = renewedSeconds * 1000
  while (interrupt.level !== 'hard' && passedMs() < giveUpMs) {
    const isOver = passedMs() > restoringSince + restoreMs
    if (refusals < refusalsAllowed || isOver) {
      try {
        const answer = await ask(context)
        if (typeof answer === 'object') return { ...answer, why }
        // A step that runs on without our connection is ended by its own deadline.
        if (answer === 'running') started = performance.now()
      } catch (error) {
        const data = errorDataOf(error)
        // What refuses our key or our sudo does not mend itself.
        if (data.code === 'authentication' && ++refusals === refusalsAllowed) {
          await context.restoreNow().catch(() => {})
          restoringSince = passedMs()
        }
        if (!why) {
          const text = `a new login fails (${data.title}): the host takes its changes back within a minute`
          emit({ event: 'waiting', host, for: 'access', text })
        }
        why ??= data
      }
    }
    await pause(isOver ? 3 * retryMs : retryMs)
  }
  return { kind: 'unknown', steps: '', areas: [], reason: undefined, details: [], stays: [], why }
}

/** One login and one trip. A word while the host is still at work: at the step, or at its decision. */
async function ask({
  run,
  isLast,
  isSettled,
  freshLogin,
}: ConfirmContext): Promise<Omit<Verdict, 'why'> | 'running' | 'busy'> {
  const login = await freshLogin()
  try {
    let text = ''
    await login.session.trip(confirmScript(run, isLast, isSettled), {
      silenceMs: answerMs,
      frame: frame => {
        if (frame.kind === 'verdict') text = frame.body.toString('utf8')
      },
    })
    const lines = text.split('\n').map(line => [line.split('=', 1)[0], line.slice(line.indexOf('=') + 1)])
    const values = (key: string) => lines.flatMap(([name, value]) => (name === key && value ? [value] : []))
    const kind = values('verdict')[0]
    if (kind === 'busy' || kind === 'running') return kind
    if (kind !== 'confirmed' && kind !== 'restored' && kind !== 'restore-failed' && kind !== 'none') {
      throw new OpsError({ code: 'lost', title: `the host gave no verdict: ${text.trim().slice(0, 200)}` })
    }
    return {
      kind,
      steps: values('steps')[0] ?? '',
      areas: (values('areas')[0] ?? '').split(' '),
      reason: values('why')[0],
      details: values('detail'),
      stays: values('stays'),
    }
  } finally {
    await login.close().catch(() => {})
  }
}
