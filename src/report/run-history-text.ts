/** Runs that were, as a person reads them: a list, one of them in full, and what an undo leaves as it is. */
import { counted } from '../base/counted.ts'
import type { Value } from '../run/plan.ts'
import type { DoneStep, HistoryEvent, RunRow, UndoNote } from '../run/run-history.ts'
import { printable, printableLine } from './printable.ts'
import type { Style } from './style.ts'
import { table } from './table.ts'
import { names, stepName } from './words.ts'

type EventOf<Kind extends HistoryEvent['event']> = HistoryEvent & { readonly event: Kind }

/** The newest first. */
export function runListText({ host, runs, of }: EventOf<'history'>, style: Style): string {
  const place = host === undefined ? 'this machine' : printableLine(host)
  if (runs.length === 0) return `${style.bold(place)}: no run is recorded`
  const rows = runs.map(row => [
    `  ${style.bold(row.run)}`,
    time(row.startedAt),
    printableLine(row.purpose),
    outcome(row, style),
    printableLine(row.who),
  ])
  const title = `${style.bold(place)}: ${of === undefined ? '' : `${runs.length} of `}${counted(of ?? runs.length, 'run')}, the newest first (times are UTC)`
  const next = style.dim(`  one of them: ops show ${runs[0]?.run}${host === undefined ? '' : ` ${place}`}`)
  const more =
    of === undefined
      ? []
      : [
          style.dim(
            `  more of them: ops history${host === undefined ? '' : ` ${place}`} --most ${Math.min(of, 500)}`,
          ),
        ]
  return [title, table([['  run', 'began', 'what', 'result', 'by'], ...rows]), ...more, next].join('\n')
}

/** One run: each step with what it changed. */
export function wholeRunText(
  { run, startedAt, who, purpose, params, hosts, isFromHere }: EventOf<'recorded'>,
  style: Style,
): string {
  const given = Object.entries(params).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return [
    `${style.bold(`run ${run}`)}: ${printableLine(purpose)}, ${time(startedAt)} UTC, by ${printableLine(who)}`,
    ...(given.length > 0 ? [`  with ${printableLine(given.join(' '))}`] : []),
    ...hosts.flatMap(({ host, status, steps, errors }) => [
      `${style.bold(printableLine(host))}: ${stateWord(status)}`,
      ...steps.flatMap(step => stepLines(step, host, style)),
      ...errors.map(error => `  ${style.red('error')} ${printableLine(error)}`),
      ...(isFromHere && (status === 'unknown' || status === 'lost')
        ? [
            `  this is what was known here; the host itself knows all that was done: ops show ${run} ${printableLine(host)}`,
          ]
        : []),
    ]),
  ].join('\n')
}

/** Told before the plan of an undo. */
export function undoText({ host, run, notes }: EventOf<'undo'>, style: Style): string {
  const title = `${style.bold(printableLine(host))}: the plan takes back what run ${run} did there`
  if (notes.length === 0) return title
  return [
    `${title}, but for this:`,
    ...notes.map(note => `  ${paint(note, style)} ${printableLine(`${note.what}: ${note.why}`)}`),
  ].join('\n')
}

function paint({ kind }: UndoNote, style: Style): string {
  if (kind === 'stays') return style.dim('leaves a rest')
  if (kind === 'unchanged') return style.dim('unchanged')
  return kind === 'skipped' ? style.yellow('skipped') : style.red('cannot')
}

function stepLines(
  { name, status, changes, diff, kept = [] }: DoneStep,
  host: string,
  style: Style,
): string[] {
  const colour = status === 'changed' ? style.green : style.red
  const title = `  ${colour(status === 'begun' ? 'begun, end unknown' : status)} ${stepName(name)}`
  const keys = changes.map(
    ([key, from, to]) =>
      `    ${printableLine(`${key}: ${from === null ? '' : `${shown(from)} -> `}${shown(to)}`)}`,
  )
  const text = diff === undefined ? [] : printable(diff).trimEnd().split('\n')
  return [
    title,
    ...keys,
    ...text.map(
      line =>
        `    ${line.startsWith('+') ? style.green(line) : line.startsWith('-') ? style.red(line) : line}`,
    ),
    ...kept.map(path => style.dim(`    old content: ops kept ${printableLine(host)} ${printableLine(path)}`)),
  ]
}

/** Hashes are there to be compared, and nobody compares more of them by eye. */
function shown(value: Value): string {
  return String(value).replaceAll(/\b([0-9a-f]{8})[0-9a-f]{56}\b/g, '$1…')
}

function outcome({ hosts }: RunRow, style: Style): string {
  const all = Object.entries(hosts)
  const bad = all.filter(([, status]) => status !== 'ok')
  if (all.length === 0) return style.red('unknown')
  if (bad.length === 0)
    return style.green(
      all.length === 1 ? `done on ${names([all[0]?.[0] ?? ''])}` : `done on ${counted(all.length, 'host')}`,
    )
  const groups = new Map<string, string[]>()
  for (const [host, status] of bad)
    groups.set(stateWord(status), [...(groups.get(stateWord(status)) ?? []), host])
  return style.red([...groups].map(([what, where]) => `${what} on ${names(where, 40)}`).join(', '))
}

/** What became of a host of a recorded run. */
export function stateWord(status: string): string {
  if (status === 'ok') return 'done'
  if (status === 'drift') return 'not applied'
  if (status === 'not-whole') return 'done, but not all was taken back'
  return status === 'unknown' ? 'cut off, its end is unknown' : status
}

function time(at: string): string {
  return at.slice(0, 19).replace('T', ' ')
}
