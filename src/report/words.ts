/** Small pieces of wording that the reports share. */
import { cutTo, printableLine } from './printable.ts'

/** A duration as a person says it: `340 ms`, `1.2 s`, `2 min 5 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  const seconds = milliseconds / 1000
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}

/** Names one after the other; a long list ends with how many more there are. */
export function names(list: readonly string[], columns = 90): string {
  const shown: string[] = []
  let width = 0
  for (const name of list.map(printableLine)) {
    width += name.length + 2
    if (width > columns && shown.length > 0) break
    shown.push(name)
  }
  const left = list.length - shown.length
  return left === 0 ? shown.join(', ') : `${shown.join(', ')} and ${left} more`
}

/** `file:line:column`, relative to the current folder where it lies below it. */
export function place(where: { file: string; line: number; column?: number }): string {
  const here = `${process.cwd()}/`
  const file = where.file.startsWith(here) ? where.file.slice(here.length) : where.file
  return `${printableLine(file)}:${where.line}${where.column === undefined ? '' : `:${where.column}`}`
}

/** Indents every line of a text. */
export function indent(text: string, by: string): string {
  return text
    .split('\n')
    .map(line => (line === '' ? line : by + line))
    .join('\n')
}

const longestStepName = 96

/** A step's name on one line; a `command` is named by its whole text, which may be long. */
export function stepName(name: string): string {
  return cutTo(printableLine(name), longestStepName)
}
