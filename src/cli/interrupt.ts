/** Signals to this process: the first ends the run after the running step, the second ends it now. */
import { Interrupt } from '../run/interrupt.ts'

export interface SignalWatch {
  readonly interrupt: Interrupt
  /** Gives the signals back to their default. */
  stop(): void
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** What the first and the second signal are answered with. */
export interface StopTexts {
  readonly soft: string
  readonly hard: string
}

const ofSteps: StopTexts = {
  soft: 'Stopping: each host ends after its running step. Press Ctrl-C again to stop now.',
  hard: 'Stopping now: running steps are ended half-way. The hosts free their lock by themselves.',
}

/** Listens until `stop`. `abandon` is called on the third signal, when even stopping takes too long. */
export function watchSignals(
  say: (text: string) => void,
  abandon: () => void,
  texts: StopTexts = ofSteps,
): SignalWatch {
  const interrupt = new Interrupt()
  const onSignal = (): void => {
    if (interrupt.level === 'hard') {
      abandon()
      return
    }
    say(interrupt.level === 'none' ? texts.soft : texts.hard)
    interrupt.raise()
  }
  for (const signal of signals) process.on(signal, onSignal)
  return {
    interrupt,
    stop: () => {
      for (const signal of signals) process.off(signal, onSignal)
    },
  }
}
