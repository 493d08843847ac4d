import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { hiveAddress } from '../../src/logs/hive/address.ts'
import { tableStatements } from '../../src/logs/hive/tables.ts'
import { folderWith, program } from '../cli/run-ops.ts'
import { mixedLog } from './mixed-log.ts'

const folder = folderWith({})
afterAll(() => folder.remove())
const path = (name: string) => join(folder.path, name)

function push(...words: readonly string[]) {
  const argv = [program, 'logs', 'push', ...words, '--to', 'place']
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { cwd: folder.path, encoding: 'utf8' })
  return { status, said: stdout + stderr }
}

const objects = () =>
  readdirSync(path('place'), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.gz'))
    .sort()
const linesOf = (kind: string) =>
  objects()
    .filter(name => name.startsWith(kind))
    .flatMap(name =>
      gunzipSync(readFileSync(path(join('place', name))))
        .toString('latin1')
        .split('\n')
        .slice(0, -1),
    )

const line = (day: number, agent = 'x') =>
  `192.0.2.1 - - [${String(day).padStart(2, '0')}/Nov/2026:10:00:00 +0000] "GET /${day} HTTP/1.1" 200 5 "-" "${agent}"\n`

describe('ops logs push', () => {
  beforeEach(() => {
    rmSync(path('place'), { recursive: true, force: true })
    mkdirSync(path('place'))
  })

  test('keeps every line of a log as a row or as rejected, by day', () => {
    writeFileSync(path('mixed.log'), mixedLog(10_000))
    const { status, said } = push('mixed.log')
    expect(said).toContain('10000 lines = 9900 rows + 100 rejected')
    expect(status).toBe(0)
    expect([linesOf('rows').length, linesOf('rejected').length]).toEqual([9900, 100])
    const days = new Set(objects().map(name => /day=([^/]+)/.exec(name)?.[1]))
    expect([...days].sort()).toEqual(['2026-11-01', '2026-11-02', '2026-11-03', '2026-11-04', '2026-11-05'])
  })

  test('pushed again it writes nothing; what has grown, and was rotated and compressed, takes its own place', () => {
    writeFileSync(path('grows.log'), line(1) + line(2))
    expect(push('grows.log').said).toContain('2 objects written and proved')
    expect(push('grows.log').said).toContain('0 objects written and proved')
    appendFileSync(path('grows.log'), line(2) + line(3))
    writeFileSync(path('grows.log.1.gz'), gzipSync(readFileSync(path('grows.log'))))
    const { said } = push('grows.log.1.gz')
    expect(said).toContain('2 objects written and proved')
    expect(said).toContain('1 was there already')
    expect(linesOf('rows')).toHaveLength(4)
    expect(objects()).toHaveLength(3)
  })

  test('refuses two names of one log, whose rows would be there twice', () => {
    writeFileSync(path('one.log'), line(1) + line(2))
    writeFileSync(path('two.log'), line(1) + line(2))
    const { status, said } = push('one.log', 'two.log')
    expect(said).toContain('one.log and two.log begin with the same line')
    expect(status).toBe(3)
  })

  test('columns of another format go to the end, and one of another type is refused', () => {
    writeFileSync(path('one.log'), line(1))
    writeFileSync(path('two.log'), '200 7 2026-11-05T10:00:00+00:00\n')
    push('one.log')
    expect(push('two.log', '--format', '$status $connection $time_iso8601').status).toBe(0)
    const rows = linesOf('rows').map(row => row.split('\t'))
    expect(rows[1]?.at(-2)).toBe('7')
    expect(rows[1]?.[0]).toBe('\\N')
    expect(JSON.parse(readFileSync(path('place/table.json'), 'utf8')).columns.at(-2)).toEqual({
      name: 'connection',
      type: 'integer',
    })
    const refused = push('two.log', '--format', '$status ${connection:text} $time_iso8601')
    expect(refused.said).toContain('the column connection is of type text here and integer in')
    expect(refused.status).toBe(3)
  })

  test('escapes what would end a cell or a row', () => {
    writeFileSync(path('odd.log'), line(1, 'tab\\x09 line\\x0A return\\x0D back\\x5Cslash'))
    push('odd.log')
    expect(linesOf('rows')[0]?.split('\t').length).toBe(14)
    expect(linesOf('rows')[0]).toContain('tab\\\t line\\n return\\r back\\\\slash')
  })
})

describe('the address of a Hive server', () => {
  test.each([
    ['hive://127.0.0.1:10077', { user: 'ops', host: '127.0.0.1', port: 10077, via: undefined }],
    ['hive://master', { user: 'ops', host: '127.0.0.1', port: 10000, via: 'master' }],
    ['hive://me@10.0.0.5:10001?via=web1', { user: 'me', host: '10.0.0.5', port: 10001, via: 'web1' }],
    ['hive://[::1]:10000', { user: 'ops', host: '::1', port: 10000, via: undefined }],
  ])('%s', (text, address) => {
    expect(hiveAddress(text)).toEqual(address)
  })

  test.each(['hive://', 'hive://a:b', 'hive://a:99999', 'hive://user:password@host', 'hive://a/db'])(
    '%s is refused',
    text => {
      expect(() => hiveAddress(text)).toThrow('--engine')
    },
  )
})

test('hostile names are names in the statements for a cluster', () => {
  const statements = tableStatements("/srv/it's; DROP \\ x", [{ name: 'a`b; DROP', type: 'text' }]).join('\n')
  expect(statements).toContain('`a``b; DROP` STRING')
  expect(statements).toContain("LOCATION 'file:///srv/it\\'s;%20DROP%20%5C%20x/rows'")
})
