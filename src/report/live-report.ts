/** The view on a terminal: lasting lines scroll up, below them one line per host that is at work. */
import { errorsText } from './error-text.ts'
import { liveLines } from './live-lines.ts'
import { Narrator, type Told } from './narrator.ts'
import type { Report } from './report.ts'
import { RunningSteps } from './running-steps.ts'
import type { Screen } from './screen.ts'

const redrawMs = 100
const showsAllSteps = 4

/** Redraws its region in place: each line is overwritten, never cleared first, so that nothing flickers. */
export function liveReport(
  screen: Screen,
  options: { readonly verbose: boolean; readonly fullDiff?: boolean },
): Report {
  const narrator = new Narrator({
    style: screen.style,
    errorStyle: screen.errorStyle,
    ...options,
    tellsSteps: hosts => hosts <= showsAllSteps,
  })
  const running = new RunningSteps()
  let drawn = 0
  let paused = false
  let timer: NodeJS.Timeout | undefined

  const clear = (): void => {
    if (drawn > 0) screen.out(`\x1b[${drawn}A\r\x1b[J\x1b[?25h`)
    drawn = 0
  }
  const draw = (): void => {
    if (paused) return
    const lines = liveLines(running, { columns: screen.columns(), rows: screen.rows(), style: screen.style })
    if (lines.length === 0) {
      clear()
      return
    }
    const up = drawn > 0 ? `\x1b[${drawn}A\r` : '\x1b[?25l'
    // One write inside a synchronised update: the terminal shows the old picture or the new one.
    screen.out(`\x1b[?2026h${up}${lines.map(line => `${line}\x1b[K\n`).join('')}\x1b[J\x1b[?2026l`)
    drawn = lines.length
  }
  const write = (told: readonly Told[]): void => {
    if (told.length === 0) return
    clear()
    for (const { to, text } of told) (to === 'out' ? screen.out : screen.error)(`${text}\n`)
    if (timer !== undefined) draw()
  }
  const stop = (): void => {
    clearInterval(timer)
    timer = undefined
    clear()
  }
  // However the process ends, the cursor must come back.
  const showCursor = (): void => screen.out('\x1b[?25h')
  return {
    emit: event => {
      running.hear(event)
      if (event.event === 'run' && timer === undefined) {
        timer = setInterval(draw, redrawMs)
        timer.unref()
        process.once('exit', showCursor)
      }
      if (event.event === 'summary') stop()
      write(narrator.tell(event))
    },
    showPlans: plans => write(narrator.showPlans(plans)),
    async aside(work) {
      clear()
      paused = true
      try {
        return await work()
      } finally {
        paused = false
      }
    },
    say: text => write([{ to: 'error', text: screen.errorStyle.yellow(text) }]),
    refuse: errors => write([{ to: 'error', text: errorsText(errors, screen.errorStyle) }]),
    close: () => {
      stop()
      process.removeListener('exit', showCursor)
      write(narrator.flushPlans())
    },
  }
}
