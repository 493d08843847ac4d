/** `ops db load` beside LOAD DATA LOCAL by the stock client, both through SSH: turn by turn, medians; void unless the tables are equal. */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startHost } from '../test/hosts/start.ts'
import { measure } from './measure.ts'
import { median } from './median.ts'
import { root } from './places.ts'

/** A ratio above 1: it takes that many times longer than the stock client. */
export interface LoadRow {
  readonly who: string
  readonly seconds: number
  readonly rowsPerSecond: number
  /** Of ops alone. */
  readonly peakMegabytes?: number
  readonly ratio: number
}

export const loadTable = `(id INT PRIMARY KEY, user_id INT, name VARCHAR(50), email VARCHAR(100), price DECIMAL(10,2), at DATETIME,
  note VARCHAR(200), state VARCHAR(10), KEY (user_id), KEY (at))`
const stock = `LOAD DATA LOCAL INFILE '/dev/stdin' INTO TABLE bench.stock CHARACTER SET utf8mb4 FIELDS TERMINATED BY ','
  OPTIONALLY ENCLOSED BY '"' ESCAPED BY '' IGNORE 1 LINES`
const stockFile = '/var/tmp/bench-load.sql'

/** Measures; needs root. The rows are about 125 bytes of CSV each, into a table with two indexes beside its key. */
export async function benchLoad(
  tell: (text: string) => void,
  rows = 1_000_000,
  rounds = 5,
): Promise<readonly LoadRow[]> {
  const host = await startHost({ withPackages: ['mariadb-server'] })
  const folder = mkdtempSync(join(tmpdir(), 'ops-bench-load-'))
  const file = join(folder, 'rows.csv')
  const tsvFile = join(folder, 'rows.tsv')
  const ssh = `ssh -F ${host.sshConfig} ${host.name}`
  const ways: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'LOAD DATA LOCAL by the stock client',
      'stock',
      ['sh', '-c', `${ssh} 'mariadb --local-infile=1 -e "$(cat ${stockFile})"' <${file}`],
    ],
    ['ops', 'ops', opsArgv('ops', 'keep')],
    ['ops, indexes built again', 'rebuilt', opsArgv('rebuilt', 'rebuild')],
    ['ops by INSERTs', 'inserted', opsArgv('inserted', 'keep', '--method', 'insert')],
    ['ops, the same rows as TSV', 'tsv', opsArgv('tsv', 'keep')],
  ]
  function opsArgv(name: string, indexes: string, ...more: string[]): readonly string[] {
    const program = [
      process.execPath,
      join(root, 'dist/cli.js'),
      'db',
      'load',
      host.name,
      `bench.${name}`,
      name === 'tsv' ? tsvFile : file,
    ]
    return [...program, '--yes', '--indexes', indexes, ...more, '-F', host.sshConfig]
  }
  try {
    tell(`writing ${rows.toLocaleString('en')} rows ...`)
    writeRows(file, rows)
    // No cell has a tab, a line feed or a backslash.
    writeRows(tsvFile, rows, cells => cells.join('\t'))
    await host.read(`cat >${stockFile}`, { input: stock })
    const seconds = new Map<string, number[]>()
    let peakBytes = 0
    for (let round = 0; round < rounds; round++) {
      for (const [who, name, argv] of ways) {
        await host.read('mariadb', {
          input: `CREATE DATABASE IF NOT EXISTS bench; DROP TABLE IF EXISTS bench.${name}; CREATE TABLE bench.${name} ${loadTable}`,
        })
        const run = await measure({ argv, cwd: folder, env: { HOME: folder } })
        seconds.set(who, [...(seconds.get(who) ?? []), run.seconds])
        if (who.startsWith('ops')) peakBytes = Math.max(peakBytes, run.peakBytes)
      }
      const sums = await host.read('mariadb -BN', {
        input: `${ways.map(([, name]) => `SELECT COUNT(*), BIT_XOR(CRC32(CONCAT_WS('|', id, user_id, name, email, price, at, note, state))) FROM bench.${name}`).join('; ')}`,
      })
      const different = new Set(sums.trim().split('\n'))
      if (different.size !== 1 || !sums.startsWith(`${rows}\t`))
        throw new Error(`the round is void:\n${sums}`)
      tell(
        `round ${round + 1}: ${[...seconds].map(([who, each]) => `${who} ${each.at(-1)?.toFixed(2)} s`).join(', ')}`,
      )
    }
    const theirs = median(seconds.get(ways[0]?.[0] ?? '') ?? [])
    return [...seconds].map(([who, each]) => ({
      who,
      seconds: median(each),
      rowsPerSecond: Math.round(rows / median(each)),
      ...(who === 'ops' && { peakMegabytes: Math.round(peakBytes / 1e6) }),
      ratio: median(each) / theirs,
    }))
  } finally {
    await host.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

const csv = (cells: readonly string[]): string =>
  cells.map(cell => (/[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')

/** With the names of the columns on the first line. */
export function writeRows(
  file: string,
  rows: number,
  line: (cells: readonly string[]) => string = csv,
): void {
  const out = openSync(file, 'w')
  const names = ['id', 'user_id', 'name', 'email', 'price', 'at', 'note', 'state']
  writeSync(out, `${line(names)}\n`)
  for (let from = 1; from <= rows; from += 10_000) {
    const lines = Array.from({ length: Math.min(10_000, rows - from + 1) }, (_, index) => {
      const id = from + index
      const minute = String(id % 60).padStart(2, '0')
      const day = `2026-${String((id % 12) + 1).padStart(2, '0')}-${String((id % 28) + 1).padStart(2, '0')}`
      return `${line([
        ...[
          `${id}`,
          `${(id * 7919) % 100_003}`,
          `name ${id}`,
          `user${id}@example.com`,
          `${(id % 9999) / 100}`,
        ],
        ...[`${day} 10:${minute}:00`, `some text, a comma and "quotes" ${id}`, 'open'],
      ])}\n`
    })
    writeSync(out, lines.join(''))
  }
  closeSync(out)
}
