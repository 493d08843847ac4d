/** What some events of a step or a host are told as, in a few words behind its name. */
import { counted } from '../base/counted.ts'
import type { RunEvent } from '../run/events.ts'
import { duration, names, stepName } from './words.ts'

/** How long each part of a host's run has taken. */
export function spentText(milliseconds: (RunEvent & { event: 'spent' })['milliseconds']): string {
  return `time: ${Object.entries(milliseconds)
    .map(([what, each]) => `${what} ${duration(each)}`)
    .join(', ')}`
}

/** Where to find what a step has overwritten or removed, whichever resource it is of. */
export function keptWords({
  host,
  kept = [],
}: {
  readonly host: string
  readonly kept?: readonly string[]
}): string {
  if (kept.length === 0) return ''
  return `; old content: ops kept ${host}${kept.length === 1 ? ` ${quoted(kept[0] ?? '')}` : ` (${counted(kept.length, 'file')})`}`
}

function quoted(path: string): string {
  return /^[\w./@%+,:-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}

/** Why a step is planned again. */
export function surpriseText(step: string, because: readonly string[]): string {
  // That an earlier step moves it is what the plan has announced: nothing is wrong.
  if (because.length > 0) return `looks again at ${stepName(step)}, after ${names(because.map(stepName))}`
  return `${stepName(step)} is no longer as it was seen: it is planned again`
}
