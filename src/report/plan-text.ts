/** The plan for people: what would be done, grouped where many hosts have the same. */

import { counted } from '../base/counted.ts'
import type { Finding, KeyChange, Value } from '../engine/resource.ts'
import type { HostPlan, PlanStep } from '../run/plan.ts'
import { cutTo, printable, printableLine } from './printable.ts'
import type { Style } from './style.ts'
import { indent, names, stepName } from './words.ts'

export interface PlanTextOptions {
  readonly style: Style
  /** Also list the steps that are already as wanted. */
  readonly verbose: boolean
  /** Show diffs and values whole, however long they are. */
  readonly fullDiff?: boolean
}

/** All plans as one text; hosts whose plans are equal share one block. */
export function planText(plans: readonly HostPlan[], options: PlanTextOptions): string {
  const groups = new Map<string, HostPlan[]>()
  for (const plan of plans) {
    // Errors name their host, so they are told on their own and do not part the groups.
    const key = JSON.stringify(plan.steps)
    groups.set(key, [...(groups.get(key) ?? []), plan])
  }
  return [...groups.values()].map(group => groupText(group, options)).join('\n\n')
}

/** The counts of one plan in words, in the order of the summary: `2 to change, 1 may change, 1 failed, 12 ok`. */
export function planCounts(steps: readonly PlanStep[]): string {
  const plain = steps.filter(step => step.findings === undefined)
  const of = (status: PlanStep['status']): number =>
    plain.filter(step => step.status === status && step.stuck === undefined).length
  const stuck = plain.filter(step => step.stuck !== undefined).length
  const findings = steps.flatMap(step => step.findings ?? []).length
  const parts = [
    findings > 0 && counted(findings, 'finding'),
    of('change') > 0 && `${of('change')} to change`,
    of('may-change') > 0 && `${of('may-change')} may change`,
    stuck > 0 && `${stuck} failed`,
    of('ok') > 0 && `${of('ok')} ok`,
  ].filter(part => part !== false)
  return parts.length === 0 ? 'no steps' : parts.join(', ')
}

function groupText(group: readonly HostPlan[], options: PlanTextOptions): string {
  const { style } = options
  const hosts = group.map(plan => plan.host)
  const steps = group[0]?.steps ?? []
  const shown = steps.filter(
    step => step.status !== 'ok' || step.stuck !== undefined || options.verbose || step.notes.length > 0,
  )
  const many = group.length > 1 ? ` (${counted(group.length, 'host')} with the same plan)` : ''
  const head = `${style.bold(names(hosts))}${many}: ${planCounts(steps)}`
  const saidBefore: Said = { notes: new Set(), because: '' }
  return [head, ...shown.map(step => stepText(step, options, saidBefore))].join('\n')
}

/** What the steps before have said: a reader need not be told twice. */
interface Said {
  readonly notes: Set<string>
  because: string
}

function stepText(step: PlanStep, { style, verbose, fullDiff }: PlanTextOptions, said: Said): string {
  const rows: string[] = []
  const because = names(step.because.map(shortName), 60)
  if (because !== '') {
    const what = step.status === 'may-change' ? 'may change' : 'may change more'
    const why = because === said.because ? 'as above' : `because of ${because}`
    rows.push(style.yellow(`${what}, ${why}`))
    said.because = because
  }
  if (step.findings) rows.push(...step.findings.map(each => findingText(each, style)))
  // What it was to become is no news of a step that cannot be done.
  else if (step.stuck === 'refused') rows.push(style.red(refusedWords))
  else for (const change of step.changes) rows.push(keyText(change, verbose || fullDiff === true))
  if (step.diff && step.stuck !== 'refused')
    rows.push(diffText(step.diff, style, verbose || fullDiff === true))
  for (const { host, what, steps } of step.beside ?? []) {
    rows.push(`on ${style.bold(printableLine(host))}, ${printableLine(what)}:`)
    for (const each of steps)
      rows.push(stepText(each, { style, verbose, ...(fullDiff && { fullDiff }) }, said))
  }
  for (const note of step.notes) {
    // What can cut our own access is marked at every step that can.
    const isNews = !said.notes.has(note) || note.startsWith('can cut')
    if (isNews) rows.push(`${style.cyan('note')}: ${printable(note)}`)
    said.notes.add(note)
  }
  return [`  ${markOf(step, style)} ${stepName(step.name)}`, ...rows.map(row => indent(row, '      '))].join(
    '\n',
  )
}

/** The reason is told once, with the errors. */
export const refusedWords = 'refused: the error says why'

/** `+` comes into being, `-` goes away, `~` changes, `?` may change, `!` is wrong or refused, blank stays. */
export function stepMark(step: PlanStep): ' ' | '?' | '!' | '-' | '+' | '~' {
  if (step.stuck !== undefined) return '!'
  if (step.beside && step.beside.length > 0) return '~'
  if (step.status === 'ok') return ' '
  if (step.status === 'may-change') return '?'
  if (step.findings) return '!'
  if (step.changes.some(({ to }) => to === 'absent')) return '-'
  const isNew = step.changes.some(({ from }) => from === 'absent') || step.changes.every(isUnobserved)
  return isNew ? '+' : '~'
}

function markOf(step: PlanStep, style: Style): string {
  const mark = stepMark(step)
  if (mark === ' ') return mark
  if (mark === '+') return style.green(mark)
  return mark === '!' || mark === '-' ? style.red(mark) : style.yellow(mark)
}

function isUnobserved({ from }: KeyChange): boolean {
  return from === undefined
}

function keyText({ key, from, to }: KeyChange, isWhole: boolean): string {
  const name = printableLine(key)
  const wanted = valueText(to, isWhole)
  return from === undefined ? `${name}: ${wanted}` : `${name}: ${valueText(from, isWhole)} -> ${wanted}`
}

/** One line, whole: what is wrong, since when, what to do. */
function findingText({ what, since, next }: Finding, style: Style): string {
  const known = since === undefined ? '' : ` (since ${printableLine(since)})`
  return `${style.red(printableLine(what))}${known}: ${printableLine(next)}`
}

const longestValue = 72

/** A value on one line, cut where it is long unless it `isWhole`. */
export function valueText(value: Value, isWhole = false): string {
  const text = printableLine(String(value))
  if (text === '') return "''"
  if (/^(sha256:)?[0-9a-f]{64}$/.test(text)) return `${text.slice(0, text.length - 52)}…`
  return isWhole || text.length <= longestValue ? text : `${text.slice(0, longestValue - 1)}…`
}

/** A diff of at most so many lines is shown whole, of a longer one the beginning. */
const wholeDiffLines = 60
const shownDiffLines = 40

/** A package step is named by all that it installs: here it is only pointed at. */
function shortName(name: string): string {
  return cutTo(printableLine(name), 32)
}

function diffText(diff: string, style: Style, isWhole: boolean): string {
  const lines = printable(diff).trimEnd().split('\n')
  const shown = isWhole || lines.length <= wholeDiffLines ? lines : lines.slice(0, shownDiffLines)
  const left = lines.slice(shown.length)
  const marked = (mark: string): number => left.filter(line => line.startsWith(mark)).length
  const more =
    left.length === 0
      ? []
      : [
          style.dim(
            `… ${counted(left.length, 'more line')} (${marked('+')} new, ${marked('-')} gone): --full-diff shows all`,
          ),
        ]
  return [...shown.map(coloured), ...more].join('\n')

  function coloured(line: string): string {
    if (line.startsWith('+++') || line.startsWith('---')) return style.dim(line)
    if (line.startsWith('+')) return style.green(line)
    if (line.startsWith('-')) return style.red(line)
    return line.startsWith('@@') ? style.cyan(line) : line
  }
}
