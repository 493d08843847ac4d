/** `ops db dump` through SSH beside mydumper and mariadb-dump on the server itself: turn by turn, medians, and the next day's run. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startHost } from '../test/hosts/start.ts'
import { measure } from './measure.ts'
import { median } from './median.ts'
import { root } from './places.ts'

/** A ratio above 1: ops takes that many times less time. */
export interface DumpRow {
  readonly who: string
  readonly seconds: number
  readonly rowsPerSecond: number
  /** Of ops alone: the others run elsewhere. */
  readonly peakMegabytes?: number
  readonly ratio: number
}

const out = '/var/tmp/bench-dump'
/** What runs on the server, as root by its socket. */
const peers: readonly (readonly [string, string])[] = [
  ['mydumper -t 2', `mydumper -B bench -t 2 -r 250000 -o ${out}`],
  ['mydumper -t 2 -c', `mydumper -B bench -t 2 -r 250000 -c -o ${out}`],
  [
    'mariadb-dump | gzip -1',
    `mkdir ${out} && mariadb-dump --single-transaction bench t | gzip -1 >${out}/t.sql.gz`,
  ],
]

/** Measures; needs root. The rows are about 130 bytes each, of 365 days. */
export async function benchDump(
  tell: (text: string) => void,
  rows = 2_000_000,
  rounds = 5,
): Promise<readonly DumpRow[]> {
  const host = await startHost({ withPackages: ['mariadb-server', 'mydumper'] })
  const folder = mkdtempSync(join(tmpdir(), 'ops-bench-dump-'))
  const program = [process.execPath, join(root, 'dist/cli.js')]
  const ops = (to: string): Promise<{ seconds: number; peakBytes: number }> =>
    measure({
      argv: [
        ...program,
        ...['db', 'dump', host.name, 'bench.t', '--by', 'at', '--tz', 'UTC', '--to', join(folder, to)],
        ...['--yes', '-F', host.sshConfig],
      ],
      cwd: folder,
      env: { HOME: folder },
    })
  try {
    tell(`making ${rows.toLocaleString('en')} rows ...`)
    await host.read('mariadb', { input: seedSql(rows) })
    const seconds = new Map<string, number[]>()
    const add = (who: string, took: number): void =>
      void seconds.set(who, [...(seconds.get(who) ?? []), took])
    let peakBytes = 0
    for (let round = 0; round < rounds; round++) {
      const run = await ops(`round-${round}`)
      add('ops', run.seconds)
      peakBytes = Math.max(peakBytes, run.peakBytes)
      const dumped = rowsIn(join(folder, `round-${round}`))
      if (dumped !== rows) throw new Error(`ops dumped ${dumped} rows of ${rows}: the round is void`)
      for (const [who, command] of peers) {
        await host.read(`rm -rf ${out}`)
        const begun = performance.now()
        await host.read(command)
        add(who, (performance.now() - begun) / 1000)
      }
      await host.read('mariadb', { input: nextDaySql(round) })
      add('ops, the next day', (await ops(`round-${round}`)).seconds)
      await host.read('mariadb', { input: "DELETE FROM bench.t WHERE at >= '2024-12-31'" })
      tell(
        `round ${round + 1}: ${[...seconds].map(([who, each]) => `${who} ${each.at(-1)?.toFixed(2)} s`).join(', ')}`,
      )
    }
    const whole = median(seconds.get('ops') ?? [])
    return [...seconds].map(([who, each]) => {
      const middle = median(each)
      return {
        who,
        seconds: middle,
        rowsPerSecond: Math.round(rows / middle),
        ...(who === 'ops' && { peakMegabytes: Math.round(peakBytes / 1e6) }),
        // Of the next day's run: how many times less than dumping all again.
        ratio: who === 'ops, the next day' ? whole / middle : middle / whole,
      }
    })
  } finally {
    await host.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

const seedSql = (rows: number): string => `CREATE DATABASE bench; USE bench;
  CREATE TABLE t (id BIGINT AUTO_INCREMENT PRIMARY KEY, at DATETIME NOT NULL, user_id INT, kind VARCHAR(20), amount DECIMAL(10,2), note VARCHAR(120), KEY (at));
  INSERT INTO t (at, user_id, kind, amount, note) SELECT '2024-01-01' + INTERVAL FLOOR((seq - 1) * ${(365 * 86_400) / rows}) SECOND, seq % 10007,
    ELT(1 + seq % 4, 'click', 'view', 'buy', 'refund'), seq / 7, CONCAT(MD5(seq), MD5(seq + 1), ' some text') FROM seq_1_to_${rows};
  ANALYZE TABLE t;`

const nextDaySql = (
  round: number,
): string => `USE bench; INSERT INTO bench.t (at, user_id, kind, amount, note)
  SELECT '2025-01-01' + INTERVAL seq SECOND, ${round}, 'click', 1, MD5(seq) FROM seq_1_to_5480;`

function rowsIn(place: string): number {
  const folder = join(place, 'receipts')
  return readdirSync(folder)
    .map(name => (JSON.parse(readFileSync(join(folder, name), 'utf8')) as { readonly rows: number }).rows)
    .reduce((sum, each) => sum + each, 0)
}
