/** The lines of the live region, cut to the terminal: pure, so that it can be tested without one. */
import { counted } from '../base/counted.ts'
import { cutTo, printableLine, widthOf } from './printable.ts'
import type { RunningSteps } from './running-steps.ts'
import type { Style } from './style.ts'
import { duration } from './words.ts'

export interface LiveOptions {
  readonly columns: number
  readonly rows: number
  readonly style: Style
}

/** One line per host at work, then how far the run is; never higher than the terminal. */
export function liveLines(running: RunningSteps, { columns, rows, style }: LiveOptions): readonly string[] {
  const all = running.rows()
  const { hosts, finished, failed, elapsedMs } = running.progress()
  if (finished >= hosts && all.length === 0) return []
  // A line that fills the last column would wrap on some terminals and break the redraw.
  const width = Math.max(10, columns - 1)
  // One row for the progress line, one for the line of the hosts that found no room, one for the cursor.
  const room = Math.max(1, rows - 3)
  const shown = all.slice(0, room)
  const hostWidth = Math.min(
    24,
    Math.floor(width / 2),
    Math.max(0, ...shown.map(row => widthOf(printableLine(row.host)))),
  )
  const lines = shown.map(row => {
    const host = cutTo(printableLine(row.host), hostWidth)
    const head = `${host}${' '.repeat(hostWidth - widthOf(host))}  `
    const position = row.position ? `[${row.position.at}/${row.position.of}] ` : ''
    const time = `  ${whole(row.elapsedMs)}`
    const room = Math.max(0, width - widthOf(head) - widthOf(position) - widthOf(time))
    // The name of a long step leaves room for what it says.
    const name = cutTo(
      printableLine(row.step),
      row.last === '' ? room : Math.max(16, Math.floor(room * 0.55)),
    )
    const doing = cutTo(`${position}${name}${time}`, width - widthOf(head))
    const left = width - widthOf(head) - widthOf(doing) - 2
    const tail = row.last !== '' && left > 8 ? `  ${style.dim(cutTo(row.last, left))}` : ''
    return `${style.bold(head)}${doing}${tail}`
  })
  const more =
    all.length > shown.length
      ? [style.dim(cutTo(`… ${counted(all.length - shown.length, 'more host')} at work`, width))]
      : []
  const waiting = hosts - finished - all.length
  const progress = [
    `${finished} of ${counted(hosts, 'host')} done`,
    failed > 0 && `${failed} with errors`,
    waiting > 0 && `${waiting} connecting or waiting`,
    whole(elapsedMs),
  ].filter(part => part !== false)
  return [...lines, ...more, style.dim(cutTo(progress.join(' · '), width))]
}

/** Whole seconds: a display that changes ten times a second is unrest, not news. */
function whole(milliseconds: number): string {
  return duration(Math.floor(milliseconds / 1000) * 1000)
    .replace(/^0 ms$/, '0 s')
    .replace(/\.0 s$/, ' s')
}
