/** One event a line on stdout and nothing else, for programs. */
import type { RunEvent } from '../run/events.ts'
import type { Report } from './report.ts'
import type { Screen } from './screen.ts'

/** DEL, C1 and line separators: legal in JSON, but they move a terminal's cursor or break naive line readers. */
const odd = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g

/** One event as one line of JSON. */
export function jsonLine(event: RunEvent): string {
  const text = JSON.stringify(event).replace(
    odd,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return `${text}\n`
}

/** Writes every event as it comes; the last line is always the summary. */
export function ndjsonReport(screen: Screen): Report {
  let summarised = false
  const emit = (event: RunEvent): void => {
    if (event.event === 'summary') summarised = true
    screen.out(jsonLine(event))
  }
  return {
    emit,
    showPlans: () => {},
    aside: work => work(),
    say: text => screen.error(`${text}\n`),
    refuse: errors => {
      for (const error of errors) {
        emit({ event: 'error', ...(error.host !== undefined && { host: error.host }), error })
      }
      emit({ event: 'summary', hosts: {}, trips: {} })
    },
    close: () => {
      if (!summarised) emit({ event: 'summary', hosts: {}, trips: {} })
    },
  }
}
