/** What an undo does not take back is told where a run ends: in the last lines, in the record, and as the reason of the exit code. */

import { counted } from '../../base/counted.ts'
import type { ErrorData } from '../../base/errors.ts'
import type { Emit, HostSummary, RunEvent } from '../../run/events.ts'
import { isWhole, type UndoNote } from '../../run/run-history.ts'

/** What an undo leaves on each host. */
export type Left = ReadonlyMap<string, { readonly run: string; readonly notes: readonly UndoNote[] }>

/** The same events for whoever hears them, with what is left counted at the end of each host. */
export function tellingLeft(emit: Emit, verb: string, left: Left): Emit {
  return event => {
    if (event.event === 'host') {
      const error = errorOf(event.host, event.summary, verb, left)
      if (error) emit({ event: 'error', host: event.host, error })
    }
    emit(counting(event, verb, left))
  }
}

/** The summaries of hosts with what is left of each. */
export function summariesLeft(
  hosts: Readonly<Record<string, HostSummary>>,
  verb: string,
  left: Left,
): Readonly<Record<string, HostSummary>> {
  return Object.fromEntries(
    Object.entries(hosts).map(([host, each]) => [host, summaryLeft(host, each, verb, left)]),
  )
}

function counting(event: RunEvent, verb: string, left: Left): RunEvent {
  if (event.event === 'host') return { ...event, summary: summaryLeft(event.host, event.summary, verb, left) }
  if (event.event === 'summary') return { ...event, hosts: summariesLeft(event.hosts, verb, left) }
  return event
}

function summaryLeft(host: string, summary: HostSummary, verb: string, left: Left): HostSummary {
  const notes = left.get(host)?.notes ?? []
  if (notes.length === 0) return summary
  const whole = wholly(notes).length
  const isNotWhole = whole > 0 && verb === 'apply' && summary.status === 'ok'
  return {
    ...summary,
    left: { whole, rest: notes.filter(({ kind }) => kind === 'stays').length },
    ...(isNotWhole && { status: 'not-whole' as const }),
  }
}

/** Undefined where another error is the reason of the exit code, or nobody wanted the plan. */
function errorOf(host: string, { status }: HostSummary, verb: string, left: Left): ErrorData | undefined {
  const { run = '', notes = [] } = left.get(host) ?? {}
  const whole = wholly(notes)
  if (whole.length === 0 || !(status === 'ok' || (status === 'drift' && verb === 'plan'))) return undefined
  const names = whole.map(({ what }) => what)
  const more = names.length > 3 ? ` and ${names.length - 3} more` : ''
  const things = `${counted(names.length, 'thing')} that run ${run} did`
  return {
    code: 'moved',
    title:
      verb === 'apply'
        ? `${things} at ${host} ${names.length === 1 ? 'is' : 'are'} not taken back`
        : `${things} at ${host} would not be taken back`,
    detail: `${names.slice(0, 3).join(', ')}${more}`,
    host,
    next: 'The lines `skipped` and `cannot` above say why of each: what is still to go, take back by hand.',
  }
}

const wholly = (notes: readonly UndoNote[]): readonly UndoNote[] => notes.filter(note => !isWhole(note))

/** The hosts where not all is taken back. */
export const notWholeAt = (left: Left): ReadonlySet<string> =>
  new Set([...left].flatMap(([host, { notes }]) => (wholly(notes).length > 0 ? [host] : [])))
