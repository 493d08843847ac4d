/**
 * What a foreground has to bear beside each kind of job, to that right before it: with the controller on the server's own
 * processors, and with one of its own, as a controller on another machine has it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startHosts } from '../test/hosts/start.ts'
import { prepareForeground, withForeground } from './foreground.ts'
import { loadTable, writeRows } from './load.ts'
import { measure } from './measure.ts'
import { root } from './places.ts'
import { jobsSql } from './queue.ts'

export interface BesideRow {
  readonly who: string
  /** Server, its sshd and the foreground on the first processor, the controller and the target of copies on the second. */
  readonly isApart: boolean
  readonly seconds: number
  readonly rowsPerSecond: number
  readonly aloneP99Ms: number
  /** 1.1: the slowest hundredth of the foreground's transactions takes 10 % longer than right before. */
  readonly foregroundP99: number
}

const aloneSeconds = 6

/** Measures; needs root. A tenth of the rows is archived and queued. */
export async function benchBeside(
  tell: (text: string) => void,
  rows = 1_000_000,
  rounds = 1,
  wanted?: readonly string[],
): Promise<readonly BesideRow[]> {
  const hosts = await startHosts({ count: 2, withPackages: ['mariadb-server', 'sysbench', 'postgresql'] })
  const [host, target] = hosts
  if (!host || !target) throw new Error('there are no two hosts')
  const folder = mkdtempSync(join(tmpdir(), 'ops-bench-beside-'))
  const file = join(folder, 'rows.csv')
  const few = Math.ceil(rows / 10)
  let run = 0
  const own = (verb: string, ...argv: readonly string[]): readonly string[] => [
    ...[process.execPath, join(root, 'dist/cli.js'), 'db', ...verb.split(' '), host.name],
    ...[...argv, '--yes', '-F', host.sshConfig],
  ]
  const to = (): string => join(folder, `to-${run}`)
  const queue = ['bench.jobs', '--queue', 'mail']
  const jobs: readonly Job[] = [
    {
      who: 'archive',
      rows: few,
      sql: `CREATE OR REPLACE TABLE old LIKE t; INSERT INTO old SELECT * FROM t LIMIT ${few}; ANALYZE TABLE old;`,
      runs: () => [own('archive', 'bench.old', '--older-than', '6mo', '--by', 'at', '--to', to())],
    },
    {
      who: 'dump',
      rows,
      sql: '',
      runs: () => [own('dump', 'bench.t', '--by', 'at', '--tz', 'UTC', '--to', to())],
    },
    {
      who: 'load',
      rows,
      sql: `CREATE OR REPLACE TABLE loaded ${loadTable};`,
      runs: () => [own('load', 'bench.loaded', file)],
    },
    {
      who: 'copy',
      rows,
      sql: '',
      runs: () => [
        own(
          'copy',
          'bench.t',
          '--to',
          `postgres:///lab?via=${target.name}`,
          '--as',
          `public.t${run}`,
          '--by',
          'at',
        ),
      ],
    },
    {
      who: 'queue, park and drip',
      rows: 2 * few,
      sql: `DROP TABLE IF EXISTS jobs, jobs_parked, jobs_parked_counts; CREATE TABLE jobs LIKE seed; INSERT INTO jobs SELECT * FROM seed;`,
      runs: () => [
        own('queue park', ...queue),
        own('queue drip', ...queue, '--when-below', '999999999', '--watch'),
      ],
    },
  ]
  const found: BesideRow[] = []
  try {
    tell(`making ${rows.toLocaleString('en')} rows ...`)
    await host.read('mariadb', { input: `${seedSql(rows)}${jobsSql(few)}` })
    await prepareForeground(host)
    await target.read(
      `cd /; su postgres -c 'createuser -s root; createdb lab'; psql -q lab -c "ALTER ROLE root PASSWORD 'x'"`,
    )
    writeRows(file, rows)
    for (const isApart of [false, true]) {
      // Children of these begin where they are.
      if (isApart)
        await host.read('for each in $(pidof mariadbd) $(pidof sshd); do taskset -apc 0 $each; done')
      if (isApart)
        await target.read('for each in $(pidof postgres) $(pidof sshd); do taskset -apc 1 $each; done')
      const foreground = <T>(
        work: () => Promise<T>,
      ): Promise<{ readonly p99Ms: number; readonly result: T }> =>
        withForeground(host, work, isApart ? 0 : undefined)
      for (let round = 0; round < rounds; round++) {
        for (const job of jobs.filter(each => !wanted || wanted.some(word => each.who.startsWith(word)))) {
          run += 1
          if (job.sql !== '') await host.read('mariadb bench', { input: job.sql })
          const alone = await foreground(() => host.read(`sleep ${aloneSeconds}`))
          const beside = await foreground(async () => {
            const begun = performance.now()
            for (const argv of job.runs())
              await measure({
                argv: isApart ? ['taskset', '-c', '1', ...argv] : argv,
                cwd: folder,
                env: { HOME: folder },
              })
            return (performance.now() - begun) / 1000
          })
          const row = {
            who: job.who,
            isApart,
            seconds: beside.result,
            rowsPerSecond: Math.round(job.rows / beside.result),
            aloneP99Ms: alone.p99Ms,
            foregroundP99: beside.p99Ms / alone.p99Ms,
          }
          found.push(row)
          tell(
            `${row.who}${isApart ? ', controller apart' : ''}: ${row.seconds.toFixed(1)} s, ${row.rowsPerSecond} rows a second, ` +
              `the foreground's p99 ${alone.p99Ms.toFixed(1)} ms alone and x${row.foregroundP99.toFixed(2)} beside it`,
          )
        }
      }
    }
    return found
  } finally {
    await Promise.all(hosts.map(each => each.stop()))
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Job {
  readonly who: string
  readonly rows: number
  /** What it needs anew each time. */
  readonly sql: string
  /** Programs, one after another. */
  readonly runs: () => readonly (readonly string[])[]
}

const seedSql = (rows: number): string => `CREATE DATABASE bench; CREATE DATABASE sb; USE bench;
  CREATE TABLE t (id BIGINT AUTO_INCREMENT PRIMARY KEY, at DATETIME NOT NULL, user_id INT, kind VARCHAR(20), amount DECIMAL(10,2), note VARCHAR(120), KEY (at));
  INSERT INTO t (at, user_id, kind, amount, note) SELECT '2024-01-01' + INTERVAL FLOOR((seq - 1) * ${(365 * 86_400) / rows}) SECOND, seq % 10007,
    ELT(1 + seq % 4, 'click', 'view', 'buy', 'refund'), seq / 7, CONCAT(MD5(seq), MD5(seq + 1), ' some text') FROM seq_1_to_${rows};
  ANALYZE TABLE t;`
