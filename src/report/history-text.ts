/** The runs of a job in a few lines each: when and by whom, what became of it, what stayed and why, where its log is. */
import type { JobFact } from '../run/job-events.ts'
import { printableLine } from './printable.ts'
import type { Style } from './style.ts'
import { duration } from './words.ts'

/** One run as it is told. */
export interface RunRow {
  /** How it was started where that was not by this job's file. */
  readonly startedAs?: string | undefined
  readonly title: string
  readonly source: string
  readonly startedAt: string
  readonly by: { readonly user: string; readonly machine: string; readonly pid: number }
  /** `ok`, the code of an error, `running`, `unknown` where nobody could be asked, or words: `no end recorded`. */
  readonly status: string
  readonly endedAt?: string | undefined
  readonly facts: readonly JobFact[]
  readonly notes: readonly string[]
  readonly error?: { readonly title: string; readonly next?: string | undefined } | undefined
  readonly logs: readonly string[]
}

/** The newest run comes last, where the eye is. */
export function historyText(name: string, rows: readonly RunRow[], style: Style): string {
  if (rows.length === 0) return `${style.bold(printableLine(name))}: no run is recorded yet`
  return [style.bold(printableLine(name)), ...rows.map(row => runText(row, style))].join('\n')
}

/** A job whose history cannot be told. */
export function failedText(name: string, problem: string, style: Style): string {
  return `${style.bold(printableLine(name))}: ${style.red('not told')}: ${printableLine(problem)}`
}

/** The code of an error is a word of programs. */
function failedWord(status: string): string {
  return status === 'input' ? 'refused' : status
}

function runText(row: RunRow, style: Style): string {
  const { startedAt, endedAt, by, status, title, source, startedAs } = row
  const word =
    status === 'ok' ? style.green('done') : status === 'running' ? status : style.red(failedWord(status))
  const took = endedAt === undefined ? '' : ` in ${duration(Date.parse(endedAt) - Date.parse(startedAt))}`
  const when = startedAt.slice(0, 19).replace('T', ' ')
  const width = Math.max(3, ...row.facts.map(fact => fact.name.length))
  const line = (label: string, text: string): string => `    ${label.padEnd(width)}  ${printableLine(text)}`
  return [
    `  ${when} UTC  ${word}${took}: ${printableLine(`${title} of ${source}, ${startedAs === undefined ? '' : `${startedAs}, `}by ${by.user} on ${by.machine} (${by.pid})`)}`,
    ...row.facts.map(fact => line(fact.name, fact.text)),
    ...row.notes.map(note => `    ${style.yellow('!')} ${printableLine(note)}`),
    ...(row.error ? [`    ${style.red('error')} ${printableLine(row.error.title)}`] : []),
    ...(row.error?.next === undefined ? [] : [`    ${printableLine(row.error.next)}`]),
    ...row.logs.map(each => line('log', each)),
  ].join('\n')
}
