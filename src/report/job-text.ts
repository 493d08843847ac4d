/** Data jobs in words: the plan, how far it is, how it ended. */
import { counted, grouped } from '../base/counted.ts'
import type { JobEnd, JobPlan, JobProgress } from '../run/job-events.ts'
import { printableLine } from './printable.ts'
import type { Style } from './style.ts'
import { duration } from './words.ts'

/** The facts in two columns, then what a person should know before a yes, then what only informs. */
export function jobPlanText(
  { source, title, facts, notes, remarks = [], isEmpty }: JobPlan,
  style: Style,
): string {
  const head = `${style.bold(printableLine(source))}: ${printableLine(title)}${isEmpty ? ': nothing to do' : ''}`
  return [
    head,
    ...factLines(facts),
    ...notes.map(note => `  ${style.yellow('!')} ${printableLine(note)}`),
    ...remarks.map(each => style.dim(`  - ${printableLine(each)}`)),
  ].join('\n')
}

export function jobEndText({ source, title, status, facts, notes }: JobEnd, style: Style): string {
  const word = status === 'ok' ? style.green('done') : style.red(status)
  const head = `${word}  ${style.bold(printableLine(source))}: ${printableLine(title)}`
  return [
    head,
    ...factLines(facts),
    ...notes.map(note => `  ${style.yellow('!')} ${printableLine(note)}`),
  ].join('\n')
}

function factLines(facts: JobPlan['facts']): readonly string[] {
  const width = Math.max(0, ...facts.map(fact => fact.name.length))
  return facts.map(({ name, text }) => `  ${name.padEnd(width)}  ${printableLine(text)}`)
}

/** `12,000 of 48,000 rows · 9,500 rows/s · 4 s left`. */
export function progressText({ rows, ofRows, rowsPerSecond, secondsLeft, held }: JobProgress): string {
  const parts = [
    `${ofRows === undefined ? '' : `${grouped(rows)} of `}${counted(ofRows ?? rows, 'row')}`,
    rowsPerSecond > 0 && `${grouped(rowsPerSecond)} rows/s`,
    secondsLeft !== undefined && secondsLeft > 0 && `${duration(secondsLeft * 1000)} left`,
    held !== undefined && `waiting: ${held}`,
  ]
  return parts.filter(part => part !== false).join(' · ')
}

export function heldText({ title, held }: JobProgress): string {
  return `${printableLine(title)} waits: ${printableLine(held ?? '')}`
}
