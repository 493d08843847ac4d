/** The frame around everything that reports a run: the right report, signals, and an orderly end. */

import type { ErrorData } from '../base/errors.ts'
import { makeReport } from '../report/make-report.ts'
import { masked } from '../report/mask.ts'
import type { Report } from '../report/report.ts'
import type { Screen } from '../report/screen.ts'
import type { Interrupt } from '../run/interrupt.ts'
import { exitCodes } from './exit-code.ts'
import { type StopTexts, watchSignals } from './interrupt.ts'
import { isInteractive, type Prompts, terminalPrompts } from './prompts.ts'
import { refusalOf } from './thrown.ts'

export interface ReportSession {
  readonly report: Report
  readonly interrupt: Interrupt
  /** Undefined where nobody can be asked: no terminal, or NDJSON on stdout. */
  readonly prompts: Prompts | undefined
  /** Values that are masked in everything that is told from now on. */
  readonly secrets: Set<string>
  /** What must be closed when the run is over, however it ends. */
  readonly atEnd: (() => Promise<void>)[]
}

/** Runs work under a report. Input errors are told by it (exit 3); the rest is the work's own exit code. */
export async function underReport(
  screen: Screen,
  options: {
    readonly json: boolean
    readonly verbose: boolean
    readonly fullDiff?: boolean
    /** Where to write a page of the run. */
    readonly html?: string
    readonly stopTexts?: StopTexts
    /** Told of the errors that ended the work, without secrets. */
    readonly refused?: (errors: readonly ErrorData[]) => void
  },
  work: (session: ReportSession) => Promise<number>,
): Promise<number> {
  const secrets = new Set<string>()
  const atEnd: (() => Promise<void>)[] = []
  const page =
    options.html === undefined
      ? undefined
      : new (await import('../report/html-report.ts')).HtmlReport(options.html)
  const report = makeReport(screen, { ...options, secrets, page })
  const signals = watchSignals(
    text => report.say(text),
    () => process.exit(exitCodes.interrupted),
    options.stopTexts,
  )
  const prompts = isInteractive() && !options.json ? terminalPrompts(report) : undefined
  let exitCode: number
  try {
    exitCode = await work({ report, interrupt: signals.interrupt, prompts, secrets, atEnd })
  } catch (thrown) {
    const refusal = refusalOf(thrown)
    exitCode = refusal.exitCode
    report.refuse(refusal.errors)
    options.refused?.(masked(refusal.errors, secrets))
  } finally {
    for (const close of atEnd) await close()
    signals.stop()
    const problem = page?.write()
    if (problem !== undefined) report.say(`The page ${options.html} could not be written: ${problem}`)
    if (problem !== undefined) exitCode ||= exitCodes.failed
    report.close()
  }
  return exitCode
}
