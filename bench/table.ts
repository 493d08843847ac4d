/** The results as text for a terminal. */
import type { Measured } from './measure.ts'
import type { Scale } from './scale.ts'

/** Medians of one contender, or why there are none. Ratios are to the floor's run where nothing is to do. */
export type Row = { readonly name: string; readonly about: string } & (
  | {
      readonly version: string
      readonly noop: Measured
      readonly noopRatio?: number
      readonly first: Measured
      readonly firstRatio?: number
      readonly rounds: number
    }
  | { readonly leftOut: string }
)

export interface Results {
  readonly delayMs: number
  /** What a sync takes longer than on this machine's disk. */
  readonly syncMs: number
  /** Programs that did nothing but compute meanwhile. */
  readonly loops: number
  readonly storage: 'disk' | 'memory'
  /** Of the machine, over the last five minutes. */
  readonly load: number
  readonly rows: readonly Row[]
  readonly versionSeconds?: number
  readonly scale?: Scale
}

/** What many hosts at once cost, on one line. */
export function scaleText({ hosts, allHosts, cpuMsPerHost, megabytesPerHost }: Scale): string {
  return (
    `ops on ${hosts} hosts at once: ${allHosts.seconds.toFixed(2)} s; each further host costs the controller ` +
    `${cpuMsPerHost.toFixed(1)} ms of CPU (ssh -G included) and ${megabytesPerHost.toFixed(2)} MB`
  )
}

/** A table with ratios to the first row, and the controller's figures below it. */
export function tableOf({
  delayMs,
  syncMs,
  loops,
  storage,
  load,
  rows,
  versionSeconds,
  scale,
}: Results): string {
  const cells = rows.map(row => {
    if ('leftOut' in row) return [row.name, '-', '-', '-', '-', '-', '-']
    return [
      row.name,
      row.noop.seconds.toFixed(2),
      row.noopRatio?.toFixed(2) ?? '-',
      row.first.seconds.toFixed(2),
      row.firstRatio?.toFixed(2) ?? '-',
      row.noop.cpuSeconds.toFixed(2),
      `${Math.round(row.noop.peakBytes / 1e6)} MB`,
    ]
  })
  const head = ['', 'no-op s', 'x floor', '40 changes s', 'x floor', 'cpu s', 'peak']
  const widths = head.map((_, column) =>
    Math.max(...[head, ...cells].map(line => (line[column] ?? '').length)),
  )
  const lineOf = (line: readonly string[]): string =>
    line
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
  return [
    `50 steps on a real host, ${2 * delayMs} ms round trip, whole process, medians; hosts write to ${storage === 'disk' ? 'a disk' : 'memory'}${syncMs > 0 ? `, each sync ${syncMs} ms longer` : ''}${loops > 0 ? `; beside ${loops} busy loops` : ''}; load ${load.toFixed(1)}. The floor is the hand-written no-op run.`,
    '',
    lineOf(head),
    ...cells.map(lineOf),
    '',
    ...rows.map(row =>
      'leftOut' in row
        ? `${row.name}: ${row.leftOut}`
        : `${row.name}: ${row.version}; ${row.about} (${row.rounds} rounds)`,
    ),
    ...(versionSeconds === undefined ? [] : ['', `ops --version: ${(versionSeconds * 1000).toFixed(0)} ms`]),
    ...(scale === undefined ? [] : [scaleText(scale)]),
    '',
  ].join('\n')
}
