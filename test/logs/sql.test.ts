import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DuckdbModule } from '../../src/logs/duckdb/load.ts'
import { usedColumns } from '../../src/logs/duckdb/used-columns.ts'
import { folderWith, program } from '../cli/run-ops.ts'
import { hasDuckdb, putDuckdb } from './engines.ts'
import { mixedLog } from './mixed-log.ts'
import { escapes, logOf, visits } from './requests.ts'

const folder = folderWith({})
afterAll(() => folder.remove())
const path = (name: string) => join(folder.path, name)

const plain = '192.0.2.1 - - [28/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "x"\n'

function sql(words: readonly string[], input: string | Buffer = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'logs', 'sql', ...words], {
    cwd: folder.path,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    input,
  })
  return { status, stdout, stderr }
}

test('ops logs sql says in one line that DuckDB is missing, and how to get it', () => {
  const elsewhere = folderWith({ 'a.log': plain })
  try {
    const { status, stderr } = spawnSync(process.execPath, [program, 'logs', 'sql', 'SELECT 1', 'a.log'], {
      cwd: elsewhere.path,
      encoding: 'utf8',
    })
    expect(stderr).toBe(
      'error[input] logs sql needs DuckDB (@duckdb/node-api), which is not installed\n  next  Install it beside ops: npm install -g @duckdb/node-api (or without -g, in this folder).\n',
    )
    expect(status).toBe(3)
  } finally {
    elsewhere.remove()
  }
})

test('DuckDB that npm installed globally is found, also where ops there is a link to a clone', () => {
  const prefix = folderWith({
    'lib/node_modules/@duckdb/node-api/package.json': '{"name": "@duckdb/node-api", "main": "found.js"}',
    'lib/node_modules/@duckdb/node-api/found.js': "console.log('found'); process.exit(0)",
    'project/a.log': plain,
  })
  try {
    mkdirSync(join(prefix.path, 'bin'))
    symlinkSync(program, join(prefix.path, 'bin/ops'))
    const words = [join(prefix.path, 'bin/ops'), 'logs', 'sql', 'SELECT 1', 'a.log']
    const { stdout, stderr } = spawnSync(process.execPath, words, {
      cwd: join(prefix.path, 'project'),
      encoding: 'utf8',
    })
    expect({ stdout, stderr }).toEqual({ stdout: 'found\n', stderr: '' })
  } finally {
    prefix.remove()
  }
})

describe.skipIf(!hasDuckdb)('ops logs sql with DuckDB', () => {
  beforeAll(() => {
    putDuckdb(folder.path)
    writeFileSync(path('mixed.log'), mixedLog(20_000))
    writeFileSync(path('a.log'), plain)
  })

  test('counts what awk counts, on a log with one bad line in a hundred', () => {
    const good = String.raw`/^[0-9.]+ - [^\[]+ \[[^]]+\] "[^"]*" [0-9]+ [0-9-]+ "[^"]*" "[^"]*"$/`
    const awk = (text: string) => execFileSync('awk', [text, path('mixed.log')], { encoding: 'utf8' })
    const byStatus = awk(
      `${good} { split($0, q, "\\""); split(q[3], s, " "); n[s[1]]++; b[s[1]] += s[2] } END { for (k in n) print k "," n[k] "," b[k] }`,
    )
    const query = 'SELECT status, count(*), sum(body_bytes_sent) FROM logs GROUP BY status ORDER BY status'
    const { status, stdout, stderr } = sql([query, 'mixed.log', '--csv', '--rejects', 'bad.log'])
    expect(stdout.split('\n').slice(1).join('\n')).toBe(
      `${byStatus.trimEnd().split('\n').sort().join('\n')}\n`,
    )
    const bad = Number(awk(`!${good} { n++ } END { print n }`))
    expect(bad).toBeGreaterThan(100)
    expect(stderr).toContain(`20000 lines = ${20_000 - bad} rows + ${bad} rejected (in bad.log)`)
    expect(status).toBe(0)
  })

  test('takes rows with much more text than those of most logs', () => {
    // Text that cannot be packed, 16 MB in a vector of DuckDB's, after rows as in most logs.
    const long = () => plain.replace('GET /', `GET /${randomBytes(4000).toString('hex')}`)
    const log = plain.repeat(3000) + Array.from({ length: 4000 }, long).join('')
    const { status, stdout, stderr } = sql(['SELECT count(*), sum(length(request)) FROM logs', '--csv'], log)
    expect(stderr).toContain('7000 rows + 0 rejected')
    expect(stdout.split('\n')[1]).toBe(`7000,${7000 * 'GET / HTTP/1.1'.length + 4000 * 8000}`)
    expect(status).toBe(0)
  })

  test.each([
    `SELECT * FROM read_csv('/etc/passwd')`,
    `SELECT content FROM read_text('/etc/passwd')`,
    `SELECT * FROM '/etc/passwd.csv'`,
    `SELECT * FROM glob('/etc/*')`,
    `SELECT status FROM logs WHERE EXISTS (SELECT 1 FROM read_blob('/etc/hostname'))`,
    `SELECT * FROM sniff_csv('/etc/passwd')`,
  ])('reads no other file of this machine: %s', query => {
    const { status, stdout, stderr } = sql([query], plain)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/external access|file system operations are disabled|does not exist/i)
    expect(stderr).not.toContain('root:')
    expect(status).not.toBe(0)
  })

  test('answers as a table, as CSV and as JSON, and tells NULL from an empty text', () => {
    const empty = plain.replace('"x"', '""').replace(' 200 5 ', ' 200 9007199254740993 ')
    const query = 'SELECT status, http_referer, http_user_agent, body_bytes_sent, time FROM logs'
    expect(sql([query], empty).stdout).toBe(
      'status  http_referer  http_user_agent   body_bytes_sent  time\n   200  NULL                           9007199254740993  2026-11-28 10:00:00\n',
    )
    expect(sql([query, '--csv'], empty).stdout).toBe(
      'status,http_referer,http_user_agent,body_bytes_sent,time\n200,,"",9007199254740993,2026-11-28 10:00:00\n',
    )
    expect(sql([query, '--json'], empty).stdout).toBe(
      '{"status":200,"http_referer":null,"http_user_agent":"","body_bytes_sent":9007199254740993,"time":"2026-11-28 10:00:00"}\n',
    )
  })

  test('has every cell as the client sent it, with odd bytes spelled out', () => {
    writeFileSync(path('field.log'), logOf(escapes.nginx))
    const { stdout, stderr } = sql(['SELECT * FROM logs ORDER BY body_bytes_sent', 'field.log', '--json'])
    expect(stderr).toContain(`${visits.length} rows + 0 rejected`)
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>)
    const spelled = (value: Buffer) => {
      const text = value.toString('latin1')
      const isText = Buffer.from(value.toString()).equals(value) && !value.includes(0)
      if (isText) return value.toString()
      // Byte by byte: the sample's valid characters are two or three bytes long.
      return text.replace(/\xe2\x82\xac|\xc3\xa4|[\x80-\xff]|\0/g, match =>
        match.length > 1
          ? Buffer.from(match, 'latin1').toString()
          : `\\x${match.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
      )
    }
    const nothing = (value: Buffer) => (value.toString() === '-' ? null : spelled(value))
    expect(rows.map(row => [row.remote_user, row.request, row.http_referer, row.http_user_agent])).toEqual(
      visits.map(({ user, request, referer, agent }) => [
        nothing(user),
        nothing(request),
        nothing(referer),
        nothing(agent),
      ]),
    )
  })

  /** Every column of the log as CSV: read once for all queries. */
  let wholeCsv: string | undefined
  test.each([
    'SELECT count(*) FROM logs',
    'SELECT l FROM logs l LIMIT 1',
    'SELECT * EXCLUDE (time) FROM logs WHERE status = 404 ORDER BY ALL LIMIT 5',
    'WITH e AS (SELECT target, status FROM logs WHERE status >= 400) SELECT a.target, count(*) FROM e a JOIN e b USING (target, status) GROUP BY ALL ORDER BY ALL',
    'SELECT target, row_number() OVER (PARTITION BY status ORDER BY body_bytes_sent, remote_addr) AS n FROM logs QUALIFY n = 1 ORDER BY ALL',
    "FROM logs SELECT COLUMNS('.*_addr') ORDER BY ALL LIMIT 2;",
    'SELECT max(x.t) FROM (SELECT time AS t FROM logs) x NATURAL JOIN (SELECT time AS t FROM logs) y',
  ])('reads no column too few for %s', async query => {
    const api = createRequire(path('x.js'))('@duckdb/node-api') as DuckdbModule
    wholeCsv ??= sql(['SELECT * FROM logs', 'mixed.log', '--csv']).stdout
    writeFileSync(path('whole.csv'), wholeCsv)
    const instance = await api.DuckDBInstance.create(':memory:', {})
    const connection = await instance.connect()
    await connection.run(
      `CREATE TABLE logs AS FROM read_csv('${path('whole.csv')}', header = true, sample_size = -1)`,
    )
    const expected = (await connection.runAndReadAll(query)).getRows()
    connection.closeSync()
    instance.closeSync()
    const { stdout } = sql([query, 'mixed.log', '--csv'])
    expect(stdout.trimEnd().split('\n').length - 1).toBe(expected.length)
    const cells = (row: readonly unknown[]) =>
      row
        .map(cell =>
          cell === null
            ? ''
            : /[",]/.test(String(cell))
              ? `"${String(cell).replaceAll('"', '""')}"`
              : String(cell),
        )
        .join()
    expect(stdout.trimEnd().split('\n').slice(1)).toEqual(expected.map(cells))
  })

  test('numbers are worth what DuckDB makes of their text, and texts of every length come whole', async () => {
    const odd =
      '12|-12|+5|1.5|2.5|-2.5|.5|5.|.|1e5| 7 |0x10|1_000|true|nan|inf|--|1-2|1.2.3|00012|0.1|4294967295|4294967296|999999999999999|1234567890123456|9223372036854775807|9223372036854775808|-9223372036854775808|0.30000000000000004|123456789.123456|1.7976931348623157e308|0.00000000000001|\u0663'
    const decimals = Array.from({ length: 3000 }, (_, at) => String((at * 7919) / 10 ** (at % 9)))
    const numbers = [...odd.split('|'), ...decimals]
    const words = numbers.map((_, at) => 'wörd, "x"'.repeat(9).slice(0, at % 60))
    const escaped = (text: string) => text.replaceAll('"', '\\x22')
    const lines = numbers.map((text, at) => `"${text}" "${text}" "${escaped(words[at] ?? '')}"\n`)
    const format = ['--format', '"$status" "$request_time" "$http_x"', '--json']
    const { stdout } = sql(['SELECT status, request_time, http_x FROM logs', ...format], lines.join(''))
    const api = createRequire(path('x.js'))('@duckdb/node-api') as DuckdbModule
    const instance = await api.DuckDBInstance.create(':memory:', {})
    const connection = await instance.connect()
    const values = numbers.map(text => `('${text}')`).join()
    const cast = `SELECT TRY_CAST(t AS BIGINT), TRY_CAST(t AS DOUBLE) FROM (VALUES ${values}) v(t)`
    const worth = (await connection.runAndReadAll(cast)).getRows()
    connection.closeSync()
    instance.closeSync()
    const shown = (value: unknown) =>
      typeof value === 'bigint' ? String(value) : JSON.stringify(value ?? null)
    expect(stdout.trimEnd().split('\n')).toEqual(
      worth.map(
        ([whole, fraction], at) =>
          `{"status":${shown(whole)},"request_time":${shown(fraction)},"http_x":${JSON.stringify(words[at])}}`,
      ),
    )
  })

  test('a question that needs more memory than most gets it', () => {
    const query =
      "SELECT length(string_agg(repeat('x', 2000), '')) AS n FROM range(5000) WHERE EXISTS (FROM logs)"
    expect(sql([query, 'a.log', '--csv'])).toMatchObject({ status: 0, stdout: 'n\n10000000\n' })
  })

  test('a time beyond the year 9999 is none, and no reason to stop', () => {
    const lines = ['1764400000.123 200', '99999999999999.000 404', '1764400001.000 500'].join('\n')
    const format = ['--format', '$msec $status', '--csv']
    expect(sql(['SELECT time, status FROM logs', ...format], lines).stdout).toBe(
      'time,status\n2025-11-29 07:06:40.123,200\n,404\n2025-11-29 07:06:41,500\n',
    )
  })

  test('what ops logs csv writes is read back by DuckDB as it was', async () => {
    // DuckDB takes no file that is not UTF-8 throughout.
    const isText = (value: Buffer) => Buffer.from(value.toString()).equals(value)
    const text = visits.filter(({ request, agent }) => isText(request) && isText(agent))
    expect(text.length).toBeGreaterThan(visits.length - 4)
    writeFileSync(path('text.log'), logOf(escapes.apache, text))
    const { stdout } = spawnSync(process.execPath, [program, 'logs', 'csv', 'text.log'], {
      cwd: folder.path,
      maxBuffer: 1 << 28,
    })
    writeFileSync(path('text.csv'), stdout)
    const api = createRequire(path('x.js'))('@duckdb/node-api') as DuckdbModule
    const instance = await api.DuckDBInstance.create(':memory:', {})
    const connection = await instance.connect()
    const reader = `read_csv('${path('text.csv')}', header = true, all_varchar = true, delim = ',', quote = '"', escape = '"', strict_mode = true, max_line_size = 4000000)`
    const rows = (await connection.runAndReadAll(`SELECT request, http_user_agent FROM ${reader}`)).getRows()
    expect(rows.map(row => row.map(cell => cell ?? ''))).toEqual(
      text.map(({ request, agent }) => [request.toString(), agent.toString()]),
    )
    connection.closeSync()
    instance.closeSync()
  })

  test.each([
    ['DROP TABLE logs', 'logs sql takes one SELECT'],
    ['SELECT 1; SELECT 2', 'logs sql takes one SELECT'],
    ['SELEC 1', 'the query cannot be run: syntax error'],
    ['SELECT sise FROM logs', 'Referenced column "sise" not found'],
    ['SELECT * FROM log', 'Table with name log does not exist'],
  ])('refuses %s before it reads more than the first lines', (query, says) => {
    const shell = `yes '${plain.trimEnd()}' | "$0" "$@"`
    const { status, stdout, stderr } = spawnSync(
      'bash',
      ['-c', shell, process.execPath, program, 'logs', 'sql', query],
      {
        cwd: folder.path,
        encoding: 'utf8',
      },
    )
    expect(stderr).toContain(says)
    expect([status, stdout]).toEqual([3, ''])
  })

  test.skipIf(process.getuid?.() !== 0)('works without a network', () => {
    const argv = [
      '-n',
      process.execPath,
      program,
      'logs',
      'sql',
      "SELECT strftime(time, '%Y') AS year FROM logs",
      'a.log',
      '--csv',
    ]
    const { stdout, status } = spawnSync('unshare', argv, { cwd: folder.path, encoding: 'utf8' })
    expect([status, stdout]).toEqual([0, 'year\n2026\n'])
  })
})

test('columns that a query does not look at are not read', () => {
  const columns = ['status', 'target', 'time']
  const reference = (...names: string[]) => ({ class: 'COLUMN_REF', type: 'COLUMN_REF', column_names: names })
  expect(usedColumns([reference('STATUS')], columns)).toEqual(['status'])
  expect(usedColumns([{ class: 'STAR' }], columns)).toEqual(columns)
  const all = { class: 'STAR', type: 'STAR', columns: true, expr: null }
  const orderByAll = { type: 'ASCENDING', null_order: 'ORDER_DEFAULT', expression: all }
  expect(usedColumns([reference('target'), orderByAll], columns)).toEqual(['target'])
  expect(usedColumns([{ function_name: 'count_star' }], columns)).toEqual(['status'])
})
