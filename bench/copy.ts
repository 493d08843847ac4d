/** `ops db copy` beside `mariadb | psql -c COPY` and pgloader, from one host to another; void unless the rows are equal. Then a delta. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startHosts } from '../test/hosts/start.ts'
import { measure } from './measure.ts'
import { median } from './median.ts'
import { root } from './places.ts'

/** A ratio above 1: it takes that many times longer than the pipe. */
export interface CopyRow {
  readonly who: string
  readonly seconds: number
  readonly rowsPerSecond: number
  /** Of ops alone. */
  readonly peakMegabytes?: number
  /** Absent where it does other work than the pipe. */
  readonly ratio?: number
}

const seed = (rows: number): string => `CREATE DATABASE bench; USE bench;
  CREATE TABLE t (id INT UNSIGNED PRIMARY KEY, user_id INT NOT NULL, state VARCHAR(20) NOT NULL, body VARCHAR(200) NOT NULL, amount DECIMAL(12,2) NOT NULL,
    created_at DATETIME NOT NULL, updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, KEY (updated_at)) CHARSET=utf8mb4;
  INSERT INTO t SELECT seq, seq % 50000, ELT(1 + seq % 3, 'new', 'open', 'closed'), CONCAT('für ', MD5(seq), MD5(seq + 1)), seq / 7,
    '2025-01-01' + INTERVAL seq SECOND, '2025-01-01' + INTERVAL seq SECOND FROM seq_1_to_${rows};
  ANALYZE TABLE t; CREATE USER far@'%' IDENTIFIED BY 'far'; GRANT ALL ON bench.* TO far@'%';`
const columns = `id bigint, user_id int, state varchar(20), body varchar(200), amount numeric(12,2), created_at timestamp, updated_at timestamptz`
const read = `mariadb --default-character-set=utf8mb4 -qN bench -e "SET time_zone='+00:00'; SELECT * FROM t"`
const write = `psql -X -q lab -c "SET timezone = 'UTC'" -c 'COPY pipe.t FROM STDIN' -c 'ALTER TABLE pipe.t ADD PRIMARY KEY (id)'`

/** Measures; needs root. pgloader runs on the target's host, where it has the shortest way. */
export async function benchCopy(
  tell: (text: string) => void,
  rows = 1_000_000,
  rounds = 5,
): Promise<readonly CopyRow[]> {
  const hosts = await startHosts({ count: 2, withPackages: ['mariadb-server', 'postgresql', 'pgloader'] })
  const [source, target] = hosts
  if (!source || !target) throw new Error('there are no two hosts')
  const folder = mkdtempSync(join(tmpdir(), 'ops-bench-copy-'))
  const ssh = (host: typeof source): string => `ssh -F ${host.sshConfig} ${host.name}`
  const psql = (input: string): Promise<string> => target.read('psql -X -q -At lab', { input })
  const pgloader = `pgloader mysql://far:far@${source.address}/bench postgresql://root:x@127.0.0.1/lab`
  const ops = [
    ...[process.execPath, join(root, 'dist/cli.js'), 'db', 'copy', source.name, 'bench.t', '--yes'],
    ...[
      '--to',
      `postgres:///lab?via=${target.name}`,
      '--as',
      'ops.t',
      '--by',
      'updated_at',
      '-F',
      source.sshConfig,
    ],
  ]
  const ways: readonly (readonly [who: string, schema: string, argv: readonly string[]])[] = [
    [
      'mariadb | psql',
      'pipe',
      ['bash', '-c', `set -o pipefail; ${ssh(source)} '${quoted(read)}' | ${ssh(target)} '${quoted(write)}'`],
    ],
    ['ops', 'ops', ops],
    ['pgloader', 'bench', ['bash', '-c', `${ssh(target)} '${pgloader}' >/dev/null`]],
  ]
  try {
    tell(`writing ${rows.toLocaleString('en')} rows ...`)
    await source.read(
      `echo '[mysqld]\nbind-address = 0.0.0.0' >/etc/mysql/mariadb.conf.d/99-bench.cnf; systemctl restart mariadb`,
    )
    await source.read('mariadb --default-character-set=utf8mb4', { input: seed(rows) })
    await target.read(
      `cd /; su postgres -c 'createuser -s root; createdb lab'; psql -q lab -c "ALTER ROLE root PASSWORD 'x'"`,
    )
    const seconds = new Map<string, number[]>()
    let peakBytes = 0
    const take = async (who: string, argv: readonly string[]): Promise<void> => {
      const run = await measure({ argv, cwd: folder, env: { HOME: folder } })
      seconds.set(who, [...(seconds.get(who) ?? []), run.seconds])
      if (who.startsWith('ops')) peakBytes = Math.max(peakBytes, run.peakBytes)
    }
    for (let round = 0; round < rounds; round++) {
      const schemas = ways.map(each => each[1])
      await psql(`SET client_min_messages = error; ${schemas.map(each => `DROP SCHEMA IF EXISTS ${each} CASCADE;`).join(' ')}
        CREATE SCHEMA pipe; CREATE TABLE pipe.t (${columns}); CHECKPOINT`)
      for (const [who, , argv] of ways) await take(who, argv)
      const sums = await psql(
        schemas
          .map(
            each =>
              `SELECT count(*), sum(hashtextextended(concat_ws('|', id, user_id, state, body, amount, created_at::timestamp, updated_at::timestamp), 0)) FROM ${each}.t;`,
          )
          .join('\n'),
      )
      if (new Set(sums.trim().split('\n')).size !== 1 || !sums.startsWith(`${rows}|`))
        throw new Error(`the round is void:\n${sums}`)
      await source.read('mariadb', {
        input: `UPDATE bench.t SET state = 'round ${round}' WHERE id % 100 = ${round}`,
      })
      await take('ops, 1 % changed', ops)
      const changed = await psql(`SELECT count(*) FROM ops.t WHERE state = 'round ${round}'`)
      if (Number(changed) !== Math.floor((rows - round) / 100) + (round === 0 ? 0 : 1))
        throw new Error(`the delta is void: ${changed}`)
      await source.read('mariadb', {
        input: `UPDATE bench.t SET state = 'open', updated_at = '2025-01-01' WHERE id % 100 = ${round}`,
      })
      tell(
        `round ${round + 1}: ${[...seconds].map(([who, each]) => `${who} ${each.at(-1)?.toFixed(2)} s`).join(', ')}`,
      )
    }
    const theirs = median(seconds.get(ways[0]?.[0] ?? '') ?? [])
    return [...seconds].map(([who, each]) => ({
      who,
      seconds: median(each),
      rowsPerSecond: Math.round((who.includes('%') ? rows / 100 : rows) / median(each)),
      ...(who === 'ops' && { peakMegabytes: Math.round(peakBytes / 1e6) }),
      ...(!who.includes('%') && { ratio: median(each) / theirs }),
    }))
  } finally {
    await Promise.all(hosts.map(host => host.stop()))
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Within single quotes of a shell. */
const quoted = (text: string): string => text.replaceAll("'", `'\\''`)
