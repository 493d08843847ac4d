/** Plain lines, for logs and pipes. */

import { errorsText } from './error-text.ts'
import { Narrator, type Told } from './narrator.ts'
import { printableLine } from './printable.ts'
import type { Report } from './report.ts'
import { RunningSteps } from './running-steps.ts'
import type { Screen } from './screen.ts'
import { duration } from './words.ts'

/** A step that runs longer than this is mentioned again and again: a log that stands still looks dead. */
const signOfLifeMs = 30_000

/** Tells every event that lasts as a line of its own. */
export function linesReport(
  screen: Screen,
  options: { readonly verbose: boolean; readonly fullDiff?: boolean },
): Report {
  const narrator = new Narrator({
    style: screen.style,
    errorStyle: screen.errorStyle,
    ...options,
    tellsSteps: () => true,
  })
  const running = new RunningSteps()
  const write = (told: readonly Told[]): void => {
    for (const { to, text } of told) (to === 'out' ? screen.out : screen.error)(`${text}\n`)
  }
  const timer = setInterval(() => {
    for (const { host, step, elapsedMs, last } of running.rows()) {
      if (elapsedMs < signOfLifeMs) continue
      const tail = last === '' ? '' : `: ${last}`
      screen.out(
        `${printableLine(host)}: running for ${duration(elapsedMs)}: ${printableLine(step)}${tail}\n`,
      )
    }
  }, signOfLifeMs)
  timer.unref()
  return {
    emit: event => {
      running.hear(event)
      write(narrator.tell(event))
    },
    showPlans: plans => write(narrator.showPlans(plans)),
    aside: work => work(),
    say: text => screen.error(`${text}\n`),
    refuse: errors => screen.error(`${errorsText(errors, screen.errorStyle)}\n`),
    close: () => {
      clearInterval(timer)
      write(narrator.flushPlans())
    },
  }
}
