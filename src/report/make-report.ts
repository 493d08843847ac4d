/** The choice between the kinds of report, all of them without secrets; a page can be made beside any of them. */
import type { HtmlReport } from './html-report.ts'
import { linesReport } from './lines-report.ts'
import { liveReport } from './live-report.ts'
import { masked } from './mask.ts'
import { ndjsonReport } from './ndjson-report.ts'
import type { Report } from './report.ts'
import type { Screen } from './screen.ts'

export interface ReportOptions {
  readonly json: boolean
  readonly verbose: boolean
  /** Show diffs whole. */
  readonly fullDiff?: boolean
  /** Values that must never be printed, whatever event they turn up in; may grow while the report lives. */
  readonly secrets: ReadonlySet<string>
  /** Is told all that the report is told. */
  readonly page?: HtmlReport | undefined
}

/** NDJSON for programs, a live view on a terminal, plain lines anywhere else. */
export function makeReport(screen: Screen, options: ReportOptions): Report {
  const report = chosenReport(screen, options)
  const { secrets, page } = options
  return {
    ...report,
    emit: event => {
      const told = masked(event, secrets)
      page?.emit(told)
      report.emit(told)
    },
    showPlans: plans => report.showPlans(masked(plans, secrets)),
    refuse: errors => {
      const told = masked(errors, secrets)
      page?.refuse(told)
      report.refuse(told)
    },
  }
}

function chosenReport(screen: Screen, { json, ...options }: ReportOptions): Report {
  if (json) return ndjsonReport(screen)
  return screen.isTerminal ? liveReport(screen, options) : linesReport(screen, options)
}
