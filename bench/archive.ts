/** `ops db archive` through SSH beside pt-archiver on the server itself: turn by turn, medians, and what a foreground (sysbench) has to bear. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Host } from '../test/hosts/host.ts'
import { startHost } from '../test/hosts/start.ts'
import { prepareForeground, withForeground } from './foreground.ts'
import { measure } from './measure.ts'
import { median } from './median.ts'
import { root } from './places.ts'

export interface ArchiveRow {
  readonly who: string
  /** Without a foreground. */
  readonly seconds: number
  readonly rowsPerSecond: number
  /** Beside the foreground. */
  readonly rowsPerSecondBeside: number
  /** Of ops alone. */
  readonly peakMegabytes?: number
  /** Above 1: it takes that many times longer than pt-archiver. */
  readonly ratio: number
  /** To that right before each: how much longer the slowest hundredth of the foreground's transactions takes meanwhile: 1.1 is 10 % worse. */
  readonly foregroundP99: number
}

/** Without its care for the last row of a table that counts its keys: both are to empty it. */
const archiver = `pt-archiver --source D=bench,t=peer,S=/run/mysqld/mysqld.sock,u=root --where "at < '2025-01-01'" \\
  --file /var/tmp/bench-archive.txt --limit 1000 --txn-size 1000 --bulk-delete --no-check-charset --no-safe-auto-increment`
const aloneSeconds = 8
/** What one processor at work beside it does to the foreground, with no statement to the server. */
const busyLoop = `timeout ${aloneSeconds} sh -c 'while :; do :; done'; true`

/** Measures; needs root. The rows are about 130 bytes each, and all of them are old. */
export async function benchArchive(
  tell: (text: string) => void,
  rows = 1_000_000,
  rounds = 5,
): Promise<readonly ArchiveRow[]> {
  const host = await startHost({ withPackages: ['mariadb-server', 'percona-toolkit', 'sysbench'] })
  const folder = mkdtempSync(join(tmpdir(), 'ops-bench-archive-'))
  let run = 0
  let peakBytes = 0
  const ops = async (more: readonly string[] = []): Promise<number> => {
    run += 1
    const to = join(folder, String(run))
    const { seconds, peakBytes: peak } = await measure({
      argv: [
        ...[process.execPath, join(root, 'dist/cli.js'), 'db', 'archive', host.name, 'bench.ops'],
        ...['--older-than', '6mo', '--by', 'at', '--to', to, '--yes', '-F', host.sshConfig],
        ...more,
      ],
      cwd: folder,
      env: { HOME: folder },
    })
    peakBytes = Math.max(peakBytes, peak)
    await checkEmpty(host, 'ops')
    const saved = rowsIn(to)
    if (saved !== rows) throw new Error(`ops saved ${saved} rows of ${rows}: the round is void`)
    return seconds
  }
  const peer = async (): Promise<number> => {
    await host.read('rm -f /var/tmp/bench-archive.txt')
    const begun = performance.now()
    await host.read(archiver)
    const seconds = (performance.now() - begun) / 1000
    await checkEmpty(host, 'peer')
    const saved = Number(await host.read('wc -l </var/tmp/bench-archive.txt'))
    if (saved !== rows) throw new Error(`pt-archiver saved ${saved} rows of ${rows}: the round is void`)
    return seconds
  }
  const ways = [
    ['pt-archiver', 'peer', peer],
    ['ops', 'ops', () => ops()],
    ['ops, without rests', 'ops', () => ops(['--sleep-coef', '0'])],
  ] as const
  try {
    tell(`making ${rows.toLocaleString('en')} rows ...`)
    await host.read('mariadb', { input: seedSql(rows) })
    await prepareForeground(host)
    const seconds = new Map<string, number[]>()
    const slowdowns = new Map<string, number[]>()
    const beside = new Map<string, number[]>()
    const add = (to: Map<string, number[]>, who: string, value: number): void =>
      void to.set(who, [...(to.get(who) ?? []), value])
    for (let round = 0; round < rounds; round++) {
      const alone = (): Promise<number> =>
        withForeground(host, () => host.read(`sleep ${aloneSeconds}`)).then(each => each.p99Ms)
      const before = await alone()
      const busy = await withForeground(host, () => measure({ argv: ['sh', '-c', busyLoop], cwd: folder }))
      tell(`foreground alone p99 ${before.toFixed(1)} ms, beside one busy loop ${busy.p99Ms.toFixed(1)} ms`)
      for (const [who, table, archive] of ways) {
        await fill(host, table)
        add(seconds, who, await archive())
        await fill(host, table)
        const before = await alone()
        const { p99Ms, result } = await withForeground(host, archive)
        add(slowdowns, who, p99Ms / before)
        add(beside, who, result)
      }
      tell(
        `round ${round + 1}: ${ways
          .map(
            ([who]) =>
              `${who} ${seconds.get(who)?.at(-1)?.toFixed(2)} s, beside the foreground ${beside.get(who)?.at(-1)?.toFixed(2)} s and its p99 x${slowdowns.get(who)?.at(-1)?.toFixed(2)}`,
          )
          .join('; ')}`,
      )
    }
    const theirs = median(seconds.get('pt-archiver') ?? [])
    return ways.map(([who]) => {
      const middle = median(seconds.get(who) ?? [])
      return {
        who,
        seconds: middle,
        rowsPerSecond: Math.round(rows / middle),
        rowsPerSecondBeside: Math.round(rows / median(beside.get(who) ?? [])),
        ...(who === 'ops' && { peakMegabytes: Math.round(peakBytes / 1e6) }),
        ratio: middle / theirs,
        foregroundP99: median(slowdowns.get(who) ?? []),
      }
    })
  } finally {
    await host.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

const seedSql = (rows: number): string => `CREATE DATABASE bench; CREATE DATABASE sb; USE bench;
  CREATE TABLE t (id BIGINT AUTO_INCREMENT PRIMARY KEY, at DATETIME NOT NULL, user_id INT, kind VARCHAR(20), amount DECIMAL(10,2), note VARCHAR(120), KEY (at));
  INSERT INTO t (at, user_id, kind, amount, note) SELECT '2024-01-01' + INTERVAL seq SECOND, seq % 10007,
    ELT(1 + seq % 4, 'click', 'view', 'buy', 'refund'), seq / 7, CONCAT(MD5(seq), MD5(seq + 1), ' some text') FROM seq_1_to_${rows};`

async function fill(host: Host, table: string): Promise<void> {
  const input = `USE bench; DROP TABLE IF EXISTS ${table}; CREATE TABLE ${table} LIKE t; INSERT INTO ${table} SELECT * FROM t; ANALYZE TABLE ${table};`
  await host.read('mariadb', { input })
}

async function checkEmpty(host: Host, table: string): Promise<void> {
  const left = Number(await host.read('mariadb -BN', { input: `SELECT COUNT(*) FROM bench.${table}` }))
  if (left !== 0) throw new Error(`${left} rows are left in bench.${table}: the round is void`)
}

function rowsIn(place: string): number {
  const folder = join(place, 'receipts')
  return readdirSync(folder)
    .map(name => (JSON.parse(readFileSync(join(folder, name), 'utf8')) as { readonly rows: number }).rows)
    .reduce((sum, each) => sum + each, 0)
}
