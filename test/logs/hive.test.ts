import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { folderWith, program } from '../cli/run-ops.ts'
import { realHosts } from '../hosts/available.ts'
import { useHost } from '../hosts/use-hosts.ts'
import { login, useCeph } from '../store/ceph.ts'
import { hasDuckdb, putDuckdb } from './engines.ts'
import { mixedLog } from './mixed-log.ts'
import { escapes, logOf, visits } from './requests.ts'
import { type HiveServer, type HiveStore, hadoopAwsFolder, sparkFolder, startHiveServer } from './spark.ts'

const port = 10_077
const words = 'the\tand\tof\tto\ta\ti'.split('\t').map((word, index) => `${23_243 - 1000 * index}\t${word}`)

vi.setConfig({ testTimeout: 600_000 })

const isHere = sparkFolder !== undefined && realHosts().available
/** What the test over S3 needs takes a minute of Maven. */
const isWithS3 = isHere && hadoopAwsFolder !== undefined

/** Runs where OPS_TEST_SPARK names the folder of PyPI's pyspark: it is half a gigabyte. One server is for all: its start is half the work. */
describe.skipIf(!isHere)('a real HiveServer2, behind SSH', () => {
  const host = useHost({ name: 'master' })
  const ceph = isWithS3 ? useCeph() : undefined
  const folder = folderWith({})
  let server: HiveServer | undefined
  let store: HiveStore | undefined

  beforeAll(async () => {
    const { leader } = host()
    if (leader === undefined) throw new Error('the host is down')
    if (ceph !== undefined) {
      const endpoint = `http://${ceph().address}:${ceph().port}`
      await ceph().configure('PUT', 'logs', '')
      const { accessKeyId, secretAccessKey } = await login()
      const env = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey.reveal() }
      store = { endpoint, env }
      writeFileSync(
        join(folder.path, 'ops.ini'),
        `[s3]\nendpoint = ${endpoint}\npath-style = yes\ntls = off\n`,
      )
    }
    server = await startHiveServer(port, leader, store)
    if (hasDuckdb) putDuckdb(folder.path)
    writeFileSync(join(folder.path, 'mixed.log'), mixedLog(20_000))
    writeFileSync(join(folder.path, 'words.tsv'), `${words.join('\n')}\n`)
    writeFileSync(join(folder.path, 'field.log'), logOf(escapes.nginx, visits))
  }, 600_000)
  afterAll(async () => {
    await server?.stop()
    folder.remove()
  })

  const ops = (argv: readonly string[]) =>
    spawnSync(process.execPath, [program, 'logs', ...argv], {
      cwd: folder.path,
      env: { ...process.env, ...store?.env, HOME: folder.path },
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    })
  const hive = (query: string, place: string | undefined, ...more: readonly string[]) =>
    ops([
      'sql',
      query,
      '-F',
      host().sshConfig,
      '--engine',
      `hive://master:${port}`,
      ...(place === undefined ? [] : ['--from', place]),
      ...more,
    ])

  test('answers what DuckDB and awk answer, on a log with one bad line in a hundred', () => {
    expect(ops(['push', 'mixed.log', '--to', 'mixed']).stderr).toContain('')
    const query =
      'SELECT status, count(*) AS n, sum(body_bytes_sent) AS bytes, min(time) AS first FROM logs GROUP BY status ORDER BY status'
    const answer = hive(query, 'mixed', '--csv')
    expect(answer.stderr).toContain('200 lines were rejected when pushed (table rejected)')
    expect(answer.stderr).toContain(
      `still running, and its machines cost money: the Hive server on master, port ${port}; the database ops_logs_`,
    )
    const good = String.raw`/^[0-9.]+ - [^\[]+ \[[^]]+\] "[^"]*" [0-9]+ [0-9-]+ "[^"]*" "[^"]*"$/`
    const awk = execFileSync(
      'awk',
      [
        `${good} { split($0, q, "\\""); split(q[3], s, " "); n[s[1]]++; b[s[1]] += s[2] } END { for (k in n) print k "," n[k] "," b[k] }`,
        join(folder.path, 'mixed.log'),
      ],
      { encoding: 'utf8' },
    )
    const counted = answer.stdout
      .trimEnd()
      .split('\n')
      .slice(1)
      .map(row => row.split(',').slice(0, 3).join())
    expect(counted).toEqual(awk.trimEnd().split('\n').sort())
    if (hasDuckdb) expect(ops(['sql', query, 'mixed.log', '--csv']).stdout).toBe(answer.stdout)
  })

  test('has every cell as DuckDB has it, NULL and odd bytes too, and answers in JSON', () => {
    ops(['push', 'field.log', '--to', 'field'])
    const query =
      'SELECT body_bytes_sent, remote_user, request, method, http_referer, http_user_agent FROM logs ORDER BY body_bytes_sent'
    const rows = hive(query, 'field', '--json').stdout
    expect(rows.trimEnd().split('\n')).toHaveLength(visits.length)
    if (hasDuckdb) expect(ops(['sql', query, 'field.log', '--json']).stdout).toBe(rows)
  })

  test('the classic file of words and how often they come, as a table', () => {
    ops(['push', 'words.tsv', '--format', '${freq:number}\\t$word', '--to', 'words'])
    const query = 'SELECT word, freq FROM logs ORDER BY freq DESC LIMIT 3'
    const table = 'word   freq\nthe   23243\nand   22243\nof    21243\n'
    expect(hive(query, 'words').stdout).toBe(table)
    if (hasDuckdb)
      expect(ops(['sql', query, 'words.tsv', '--format', '${freq:number}\\t$word']).stdout).toBe(table)
  })

  test('days and hosts are partitions, and what was pushed later is found', () => {
    writeFileSync(join(folder.path, 'late.log'), mixedLog(4_000).replaceAll('/Nov/', '/Dec/'))
    ops(['push', 'late.log', '--to', 'mixed'])
    const { stdout } = hive(
      "SELECT day, host, count(*) AS n FROM logs WHERE day >= '2026-12-01' GROUP BY day, host ORDER BY day",
      'mixed',
      '--csv',
    )
    expect(stdout).toBe('day,host,n\n2026-12-01,local,1980\n2026-12-02,local,1980\n')
  })

  test('says in the words of the server what is wrong with a query, and refuses what is none', () => {
    const wrong = hive('SELECT sise FROM logs', 'mixed')
    expect(wrong.stderr).toContain('`sise`')
    expect([wrong.status, wrong.stdout]).toEqual([3, ''])
    expect(hive('DROP TABLE logs', 'mixed').status).toBe(3)
    expect(hive('SELECT 1 AS one', undefined, '--csv').stdout).toBe('one\n1\n')
    const nobody = ops(['sql', 'SELECT 1', '-F', host().sshConfig, '--engine', 'hive://master:10078'])
    expect(nobody.stderr).toContain('no Hive server answers on 127.0.0.1:10078: master says')
    expect(nobody.status).toBe(4)
  })

  test.skipIf(!isWithS3)(
    'answers over an external table in the bucket of an S3 server, by day and host, with every line accounted for',
    () => {
      writeFileSync(join(folder.path, 'bucket.log'), mixedLog(5000))
      const pushed = ops(['push', 'bucket.log', '--to', 's3://logs/web'])
      expect(pushed.stdout + pushed.stderr).toContain('5000 lines = 4950 rows + 50 rejected')
      const ask = (query: string) => hive(query, 's3://logs/web', '--csv')
      const counted = ask('SELECT host, count(*) AS n, count(DISTINCT day) AS days FROM logs GROUP BY host')
      expect(counted.stderr).toContain('50 lines were rejected when pushed (table rejected)')
      expect(counted.stdout).toMatch(/^host,n,days\nlocal,4950,\d+\n$/)
      const location = ask(
        'SELECT DISTINCT regexp_extract(input_file_name(), "^[a-z0-9]+://[^/]+/web/rows", 0) AS place FROM logs',
      )
      expect(location.stdout).toBe('place\ns3a://logs/web/rows\n')
    },
  )
})
