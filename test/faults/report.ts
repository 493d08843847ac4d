/** The report of a sweep: what was injected, what held, and with which versions; as JSON and as a readable table. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { join } from 'node:path'
import { release as hostRelease } from '../hosts/apt-config.ts'
import { provedElsewhere } from './instruments/proved-elsewhere.ts'
import type { CaseLine, ClassLine, Invariant, PeerLine } from './instruments/results.ts'

/** One class in the report. */
export interface ReportRow {
  readonly class: string
  readonly title: string
  readonly invariants: readonly Invariant[]
  readonly cases: number
  /** How many there are, when not all of them were run. */
  readonly of?: number
  readonly distinctFaults: number
  readonly held: number
  readonly broken: number
  readonly skipped: number
  /** Why cases, or the whole class, were not run. */
  readonly why?: string
  readonly seconds: number
}

export interface Report {
  readonly at: string
  readonly seconds: number
  readonly versions: Readonly<Record<string, string>>
  readonly totals: Readonly<Record<string, number>>
  readonly rows: readonly ReportRow[]
  readonly brokenCases: readonly CaseLine[]
  readonly peers: readonly PeerRow[]
}

/** What the faults of one class did to one tool, counted. */
export interface PeerRow {
  readonly class: string
  readonly tool: string
  readonly cases: number
  readonly torn: number
  readonly falseSuccesses: number
  readonly hangs: number
  readonly left: number
  readonly rerunsAstray: number
  readonly together: number
  readonly slowestSeconds: number
}

/** Which invariant counts under which word. */
const counted: readonly (readonly [word: string, invariant: Invariant])[] = [
  ['torn files', 'I1'],
  ['false successes', 'I2'],
  ['foreign edits lost', 'I3'],
  ['re-runs that did not converge', 'I4'],
  ['hangs', 'I5'],
  ['secrets leaked', 'I6'],
  ['leftovers', 'I7'],
  ['unclear errors', 'I8'],
  ['hosts out of reach', 'I9'],
]

/** Writes `report.json` and `report.md` beside the cases, prints the table, and returns the totals. */
export function writeReport({ folder, seconds }: { readonly folder: string; readonly seconds: number }): {
  readonly held: number
  readonly broken: number
  readonly peers: number
} {
  const classes = linesOf<ClassLine>(join(folder, 'classes.ndjson'))
  const cases = linesOf<CaseLine>(join(folder, 'cases.ndjson'))
  const report: Report = {
    at: new Date().toISOString(),
    seconds,
    versions: versions(),
    totals: totalsOf(cases),
    rows: rowsOf(classes, cases),
    brokenCases: cases.filter(each => each.outcome === 'broken'),
    peers: peerRowsOf(linesOf<PeerLine>(join(folder, 'peers.ndjson'))),
  }
  writeFileSync(join(folder, 'report.json'), `${JSON.stringify(report, undefined, 2)}\n`)
  writeFileSync(join(folder, 'report.md'), readable(report))
  process.stdout.write(`\n${readable(report)}\nWritten to ${folder}\n`)
  return { held: report.totals.held ?? 0, broken: report.totals.broken ?? 0, peers: report.peers.length }
}

function linesOf<T>(file: string): T[] {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  return lines.map(line => JSON.parse(line) as T)
}

/** A row for each class, in the order of the fault list. */
export function rowsOf(classes: readonly ClassLine[], cases: readonly CaseLine[]): ReportRow[] {
  const order = ({ class: id }: ClassLine): string => `${id[0]}${id.slice(1).padStart(3, '0')}`
  const unique = new Map(classes.map(each => [`${each.class} ${each.title}`, each])).values()
  return [...unique]
    .sort((one, other) => order(one).localeCompare(order(other)))
    .map(each =>
      rowOf(
        each,
        cases.filter(one => one.class === each.class && one.title === each.title),
      ),
    )
}

function rowOf({ class: id, title, invariants, skip, of }: ClassLine, cases: readonly CaseLine[]): ReportRow {
  const count = (outcome: CaseLine['outcome']): number =>
    cases.filter(each => each.outcome === outcome).length
  const reasons = new Set(cases.flatMap(each => (each.outcome === 'skipped' ? [each.note ?? ''] : [])))
  const why =
    skip ?? (cases.length === 0 ? 'no case ran: its hosts could not be booted' : [...reasons].join('; '))
  return {
    ...{ class: id, title, invariants, cases: cases.length },
    ...(of !== undefined && { of }),
    distinctFaults: new Set(cases.filter(each => each.outcome !== 'skipped').map(each => each.fault)).size,
    ...{ held: count('held'), broken: count('broken'), skipped: count('skipped') },
    ...(why && { why }),
    seconds: Math.round(cases.reduce((sum, each) => sum + each.milliseconds, 0) / 1000),
  }
}

/** A row for each class and tool. */
export function peerRowsOf(lines: readonly PeerLine[]): PeerRow[] {
  const keys = [...new Set(lines.map(each => JSON.stringify([each.class, each.tool])))].sort()
  return keys.map(key => {
    const [id = '', tool = ''] = JSON.parse(key) as string[]
    const own = lines.filter(each => each.class === id && each.tool === tool)
    const count = (fits: (each: PeerLine) => boolean): number => own.filter(fits).length
    return {
      ...{ class: id, tool, cases: own.length },
      torn: count(each => each.torn.length > 0),
      falseSuccesses: count(each => each.falseSuccess),
      hangs: count(each => each.hung),
      left: count(each => each.left.length > 0),
      rerunsAstray: count(each => each.rerunWanted === false || (each.rerunExit ?? 0) !== 0),
      together: count(each => each.together === true),
      slowestSeconds: Math.max(...own.map(each => each.seconds)),
    }
  })
}

function totalsOf(cases: readonly CaseLine[]): Record<string, number> {
  const count = (fits: (each: CaseLine) => boolean): number => cases.filter(fits).length
  return {
    cases: cases.length,
    'distinct faults': new Set(
      cases.filter(each => each.outcome !== 'skipped').map(each => `${each.class} ${each.fault}`),
    ).size,
    held: count(each => each.outcome === 'held'),
    broken: count(each => each.outcome === 'broken'),
    skipped: count(each => each.outcome === 'skipped'),
    ...Object.fromEntries(
      counted.map(([word, invariant]) => [word, count(each => each.broken?.includes(invariant) ?? false)]),
    ),
  }
}

function versions(): Record<string, string> {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string }
  return {
    ops: `${version} (${said('git', ['describe', '--always', '--dirty'])})`,
    node: process.version,
    ssh: said('sh', ['-c', 'ssh -V 2>&1']),
    kernel: release(),
    hosts: `Debian ${hostRelease}`,
    machine: `${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown'}`,
  }
}

function said(program: string, args: readonly string[]): string {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return 'unknown'
  }
}

function readable({ at, seconds, versions, totals, rows, brokenCases, peers }: Report): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
  const table = rows.map(
    row =>
      `| ${row.class} | ${cell(row.title)} | ${row.cases}${row.of ? ` of ${row.of}, evenly spread` : ''} | ${row.distinctFaults} | ${row.held} | ${row.broken} | ` +
      `${row.skipped}${row.why ? ` (${cell(row.why)})` : ''} | ${row.invariants.join(' ')} | ${row.seconds} |`,
  )
  const broken = brokenCases.map(
    each => `- ${each.class} ${each.id}: ${cell(each.note ?? '').slice(0, 1000)}`,
  )
  return [
    '# Faults injected, and what held',
    '',
    Object.entries(totals)
      .map(([word, number]) => `${number} ${word}`)
      .join(' · '),
    '',
    `${at}, ${seconds} s · ${Object.entries(versions)
      .map(([word, text]) => `${word} ${text}`)
      .join(' · ')}`,
    '',
    '| class | behaviour | cases | distinct faults | held | broken | skipped | checked | seconds |',
    '|---|---|---|---|---|---|---|---|---|',
    ...table,
    ...(broken.length > 0 ? ['', '## Broken', '', ...broken] : []),
    ...(peers.length > 0 ? sideBySide(peers) : []),
    ...['', '## Proved by other tests of `npm test`, not counted here', ''],
    ...provedElsewhere.map(({ row, file, title }) => `- ${row}: ${title} (test/${file})`),
    '',
  ].join('\n')
}

function sideBySide(peers: readonly PeerRow[]): string[] {
  return [
    ...['', '## Side by side', ''],
    'The same job of 13 steps on the same host; nothing here is a verdict, raw logs are in `logs/`.',
    '',
    '| class | tool | cases | torn files | false successes | hangs (120 s) | left behind after 20 s | next run astray | both at once | slowest, s |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...peers.map(
      row =>
        `| ${row.class} | ${row.tool} | ${row.cases} | ${row.torn} | ${row.falseSuccesses} | ${row.hangs} | ${row.left} | ` +
        `${row.rerunsAstray} | ${row.together} | ${row.slowestSeconds} |`,
    ),
  ]
}
