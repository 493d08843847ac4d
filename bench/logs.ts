/** `ops logs csv` and `sql` beside what people use for it: a Perl filter with equal output, lnav, awk; turn by turn, medians. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasDuckdb, putDuckdb } from '../test/logs/engines.ts'
import { mixedLog } from '../test/logs/mixed-log.ts'
import { measure } from './measure.ts'
import { median } from './median.ts'
import { root } from './places.ts'

/** One contender at one job. A ratio above 1: ops takes that many times less time. */
export interface LogsRow {
  readonly what: string
  readonly who: string
  readonly seconds: number
  readonly megabytesPerSecond: number
  readonly peakMegabytes: number
  readonly ratio: number
}

interface Contestant {
  readonly name: string
  /** Shell text; `$LOG` is the log, `$OUT` where the answer goes. */
  readonly command: string
  readonly missing?: boolean
}

/** Of those that take more than ten times as long. */
const roundsOfSlow = 3
const copies = 30
const ops = `${process.execPath} ${join(root, 'dist/cli.js')} logs`
const filter = join(root, 'bench/logs/filter.pl')
const hasLnav = ['/usr/bin/lnav', '/usr/local/bin/lnav'].some(existsSync)
const select = 'SELECT status, count(*), sum(body_bytes_sent) FROM logs GROUP BY status ORDER BY status'
const inLnav =
  ';SELECT sc_status, count(*), sum(sc_bytes) FROM access_log GROUP BY sc_status ORDER BY sc_status'
const inAwk =
  '{ split($0, q, "\\""); split(q[3], s, " "); n[s[1]]++; b[s[1]] += s[2] } END { for (k in n) printf "%s,%d,%.0f\\n", k, n[k], b[k] }'

const csv: readonly Contestant[] = [
  { name: 'ops', command: `${ops} csv --format combined "$LOG" >"$OUT"` },
  { name: 'perl', command: `perl ${filter} <"$LOG" >"$OUT"` },
  {
    name: 'lnav',
    command: `lnav -n -c ';SELECT c_ip, cs_username, log_time, cs_method, cs_uri_stem, cs_uri_query, cs_version, sc_status, sc_bytes, cs_referer, cs_user_agent FROM access_log' -c ":write-csv-to $OUT" "$LOG" >/dev/null`,
    missing: !hasLnav,
  },
]

const sql: readonly Contestant[] = [
  {
    name: 'ops',
    command: `${ops} sql '${select}' --format combined --csv "$LOG" >"$OUT"`,
    missing: !hasDuckdb,
  },
  { name: 'awk', command: `LC_ALL=C awk '${inAwk}' "$LOG" | sort >"$OUT"` },
  {
    name: 'lnav',
    command: `lnav -n -c '${inLnav}' -c ":write-csv-to $OUT" "$LOG" >/dev/null`,
    missing: !hasLnav,
  },
]

export const logsParts = ['csv', 'sql', 'flat'] as const

/** Measures; needs the built program in dist/. `lines` is about 130 bytes each. */
export async function benchLogs(
  tell: (text: string) => void,
  parts: readonly (typeof logsParts)[number][],
  lines: number,
  rounds: number,
): Promise<readonly LogsRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ops-bench-logs-'))
  try {
    if (hasDuckdb) putDuckdb(folder)
    const log = join(folder, 'access.log')
    // lnav takes no line with a space in its URL.
    const goodLines = mixedLog(lines / copies)
      .split('\n')
      .filter(line => /^192.*"$/.test(line) && line.split('"').length === 7 && !line.includes('/with space'))
    const text = `${goodLines.join('\n')}\n`
    for (let copy = 0; copy < copies; copy++) writeFileSync(log, text, { flag: 'a' })
    const bytes = Buffer.byteLength(text) * copies
    tell(`a log of ${goodLines.length * copies} lines, ${Math.round(bytes / 1e6)} MB`)
    const sums = (output: string) =>
      output
        .split('\n')
        .filter(line => /^\d/.test(line))
        .sort()
        .join('\n')
    const setting = { folder, log, bytes, rounds }
    const sumsIn = async (path: string) => sums(readFileSync(path, 'utf8'))
    const rows: LogsRow[] = []
    const measured = (more: readonly LogsRow[]) => {
      for (const row of more) tell(logsRowText(row))
      rows.push(...more)
    }
    if (parts.includes('csv')) measured(await compare('csv', csv, setting, fileHash))
    if (parts.includes('sql')) measured(await compare('sql', sql, setting, sumsIn))
    if (parts.includes('flat')) measured([await flatMemory(setting)])
    return rows
  } finally {
    rmSync(folder, { recursive: true })
  }
}

interface Setting {
  readonly folder: string
  readonly log: string
  readonly bytes: number
  readonly rounds: number
}

/** Turn by turn, so that whatever else the machine does meets all of them alike. */
async function compare(
  what: string,
  all: readonly Contestant[],
  { folder, log, bytes, rounds }: Setting,
  answerOf: (path: string) => Promise<string>,
): Promise<LogsRow[]> {
  const contestants = all.filter(({ missing }) => missing !== true)
  const out = join(folder, 'out')
  const runs = new Map(contestants.map(({ name }) => [name, [] as { seconds: number; peakBytes: number }[]]))
  const answers = new Map<string, string>()
  for (let round = 0; round < rounds; round++) {
    const fastest = Math.min(...[...runs.values()].flatMap(each => each.map(run => run.seconds)))
    for (const { name, command } of contestants) {
      if (round >= roundsOfSlow && (runs.get(name)?.[0]?.seconds ?? 0) > 10 * fastest) continue
      rmSync(out, { force: true })
      const env = { LOG: log, OUT: out, HOME: folder }
      runs.get(name)?.push(await measure({ argv: ['sh', '-c', command], cwd: folder, env }))
      const hasOwnColumns = what === 'csv' && name === 'lnav'
      if (round === 0) answers.set(name, hasOwnColumns ? await lineCount(out) : await answerOf(out))
      else if (!hasOwnColumns && answers.get(name) !== (await answerOf(out)))
        throw new Error(`${name} gives another answer each time`)
    }
    checkEqual(what, answers)
  }
  const own = median(runs.get('ops')?.map(run => run.seconds) ?? [])
  return contestants.map(({ name }) => {
    const seconds = median(runs.get(name)?.map(run => run.seconds) ?? [])
    const peak = Math.max(...(runs.get(name)?.map(run => run.peakBytes) ?? []))
    return {
      what,
      who: name,
      seconds,
      megabytesPerSecond: bytes / 1e6 / seconds,
      peakMegabytes: peak / 1e6,
      ratio: seconds / own,
    }
  })
}

/** Void unless all give the same; lnav's CSV has columns and times of its own, so it only has to have rows. */
function checkEqual(what: string, answers: ReadonlyMap<string, string>): void {
  const [first] = answers.values()
  for (const [name, answer] of answers) {
    const isRight = what === 'csv' && name === 'lnav' ? Number(answer) > 0 : answer === first
    if (!isRight) throw new Error(`${what}: void, as ${name} gives another answer`)
  }
}
/** Twenty times the log through standard input: memory stays what it was. */
async function flatMemory({ folder, log, bytes }: Setting): Promise<LogsRow> {
  const times = 20
  const command = `for i in $(seq ${times}); do cat "$LOG"; done | ${ops} csv --format combined >/dev/null`
  const { seconds, peakBytes } = await measure({
    argv: ['sh', '-c', command],
    cwd: folder,
    env: { LOG: log, HOME: folder },
  })
  const megabytesPerSecond = (times * bytes) / 1e6 / seconds
  return {
    what: `csv, ${times} times as much`,
    who: 'ops',
    seconds,
    megabytesPerSecond,
    peakMegabytes: peakBytes / 1e6,
    ratio: 1,
  }
}

async function fileHash(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

async function lineCount(path: string): Promise<string> {
  return execFileSync('wc', ['-l', path], { encoding: 'utf8' }).trim().split(' ')[0] ?? ''
}

/** One row as a line of text. */
export function logsRowText({
  what,
  who,
  seconds,
  megabytesPerSecond,
  peakMegabytes,
  ratio,
}: LogsRow): string {
  const speed = `${seconds.toFixed(2)} s  ${megabytesPerSecond.toFixed(0).padStart(4)} MB/s`
  return `${what.padEnd(22)} ${who.padEnd(5)} ${speed}  ${peakMegabytes.toFixed(0).padStart(4)} MB of memory   ratio ${ratio.toFixed(2)}`
}
