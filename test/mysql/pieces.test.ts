/** The parts of src/mysql that need no server. */
import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { ChunkSize } from '../../src/mysql/chunk-size.ts'
import { type Column, fingerprintOf, hasShape, typeSpelling } from '../../src/mysql/columns.ts'
import { Courtesy } from '../../src/mysql/courtesy.ts'
import { numberIn, withoutNumber } from '../../src/mysql/create-table.ts'
import { startGovernor } from '../../src/mysql/governor.ts'
import { may, mayEverywhere, parseGrant } from '../../src/mysql/grants.ts'
import { among } from '../../src/mysql/keyset.ts'
import { OthersRate } from '../../src/mysql/others-rate.ts'
import { versionOf } from '../../src/mysql/session.ts'
import { join, name, rawSql, sql } from '../../src/mysql/sql.ts'
import { parseTableName } from '../../src/mysql/table-name.ts'
import { cellsOf, rowOf } from '../../src/mysql/wire-row.ts'
import { answeringSession } from './answering-session.ts'

test('whatever stands in a hole of SQL is one name or one value', () => {
  const table = name('a`b', "c'; --")
  const made = sql`SELECT ${join([name('x'), name('y')])} FROM ${table} WHERE s = ${"it's\\\n\0"} AND n = ${5n} AND z = ${null}`
  expect(made.toString()).toBe(
    "SELECT `x`, `y` FROM `a``b`.`c'; --` WHERE s = 'it\\'s\\\\\\n\\0' AND n = 5 AND z = NULL",
  )
  expect(sql`${'é'}`.bytes).toBe("'Ã©'")
  expect(() => sql`${Number.NaN}`).toThrow('no number')
})

test.each([
  ['year(4)', 'year'],
  ['int(10) unsigned', 'int unsigned'],
  ['tinyint(1)', 'tinyint'],
  ['geometrycollection', 'geomcollection'],
])('%s of MySQL 5.7 and %s of MySQL 8.0 are one type to a fingerprint', (old, now) => {
  expect(typeSpelling(now)).toBe(typeSpelling(old))
})

test('numbers up to 2^63 - 1 and those beyond are two lists, as to MariaDB one would be of decimals', () => {
  const key = [{ name: 'id', type: 'bigint unsigned', dataType: 'bigint', readAs: 'text' }] as const
  const list = (...numbers: string[]): string =>
    among(
      key,
      numbers.map(each => [Buffer.from(each)]),
    ).toString()
  expect(list('5', '9223372036854775807')).toBe('`id` IN (5, 9223372036854775807)')
  expect(list('9223372036854775808')).toBe('`id` IN (9223372036854775808)')
  expect(list('9223372036854775808', '5')).toBe('(`id` IN (5) OR `id` IN (9223372036854775808))')
})

test('a receipt of before that spelling is of the same shape, and one of another type is not', () => {
  const column = (type: string): Column => ({
    ...{ name: 'y', type, dataType: 'year', isNullable: true, isGenerated: false, isInvisible: false },
    ...{
      isAutoIncrement: false,
      characterSet: null,
      collation: null,
      defaultSql: null,
      extra: '',
      comment: '',
    },
  })
  // What ops wrote for this column of MySQL 8.0 on 28 November 2026.
  const former = createHash('sha256').update('[["y","year",null,true]]').digest('hex').slice(0, 32)
  const table = (type: string) => ({ columns: [column(type)], fingerprint: fingerprintOf([column(type)]) })
  expect(former).not.toBe(table('year').fingerprint)
  expect(hasShape(table('year'), former)).toBe(true)
  expect(hasShape(table('year'), table('year(4)').fingerprint)).toBe(true)
  expect(hasShape(table('date'), former)).toBe(false)
})

test('a year of two digits is another type than one of four', () => {
  expect(typeSpelling('year(2)')).not.toBe(typeSpelling('year'))
})

test('rows come back as the cells that they were made of, of any length', () => {
  const cells = [
    null,
    Buffer.alloc(0),
    Buffer.from('a'),
    ...[250, 251, 65_535, 65_536, 16_777_216].map(size => Buffer.alloc(size, 7)),
  ]
  const back = cellsOf(rowOf(cells))
  expect(back.map(cell => cell?.length ?? null)).toEqual(cells.map(cell => cell?.length ?? null))
  expect(() => cellsOf(Buffer.from([5, 1]))).toThrow('middle of a cell')
})

test.each([
  ['5.5.5-10.11.6-MariaDB-0+deb12u1', 'mariadb', 101_106],
  ['11.8.3-MariaDB', 'mariadb', 110_803],
  ['5.6.24', 'mysql', 50_624],
  ['8.0.36-0ubuntu0.22.04.1', 'mysql', 80_036],
  ['5.7.44-log', 'mysql', 50_744],
])('the version %s is %s %i', (text, flavor, number) => {
  expect(versionOf(text)).toMatchObject({ flavor, number })
})

test('grants are read as the server prints them', () => {
  const table = { database: 'my_app', table: 't' }
  const grants = [
    "GRANT USAGE ON *.* TO `u`@`%` IDENTIFIED BY PASSWORD '*X'",
    'GRANT SELECT, DELETE ON `my\\_app`.* TO `u`@`%`',
    'GRANT SELECT (a, b), UPDATE (a), INSERT ON `my_app`.`t` TO `u`@`%`',
    'GRANT EXECUTE ON PROCEDURE `my_app`.`p` TO `u`@`%`',
    'GRANT `role` TO `u`@`%`',
  ].flatMap(line => parseGrant(line) ?? [])
  expect(grants).toHaveLength(3)
  expect(may(grants, 'DELETE', table)).toBe(true)
  expect(may(grants, 'DELETE', { database: 'myXapp', table: 't' })).toBe(false)
  expect(may(grants, 'INSERT', table)).toBe(true)
  expect(may(grants, 'UPDATE', table)).toBe(false)
  expect(may(grants, 'TRIGGER', table)).toBe(false)
  const all = parseGrant(
    'GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` IDENTIFIED VIA unix_socket WITH GRANT OPTION',
  )
  expect(mayEverywhere(all ? [all] : [], 'PROCESS')).toBe(true)
})

test.each([
  ['app.events', { database: 'app', table: 'events' }],
  ['`a.b`.`c``d`', { database: 'a.b', table: 'c`d' }],
  ['app.naïve table', { database: 'app', table: 'naïve table' }],
  ['events', { problem: '"events" names no database' }],
  ['a.b.c', { problem: '"a.b.c" names more than a database and a table' }],
  ['a.', { problem: '"a." is no DB.TABLE' }],
  ['`a.b', { problem: '"`a.b" is no DB.TABLE' }],
])('%s is %j', (text, parsed) => {
  expect(parseTableName(text)).toEqual(parsed)
})

test('a chunk grows while it is quick, shrinks at once when it was slow, and fits into memory', () => {
  const size = new ChunkSize(100)
  const first = size.rows
  size.learn(first, first * 100, 10)
  expect(size.rows).toBe(first * 2)
  size.learn(size.rows, size.rows * 100, 5_000)
  expect(size.rows).toBeLessThanOrEqual(first * 0.2)
  size.learn(10, 100_000_000, 10)
  expect(size.rows).toBe(1)
  expect(new ChunkSize(1_000_000_000).rows).toBe(1)
  // On a machine that is so busy that everything takes long, fewer rows take no less.
  const slow = new ChunkSize(100)
  for (let chunk = 0; chunk < 20; chunk++) slow.learn(slow.rows, slow.rows * 100, 5_000)
  expect(slow.rows).toBe(100)
})

test('the way to a server that is far away is no work of the server', async () => {
  const session = answeringSession('a', () => new Promise(resolve => setTimeout(resolve, 20, ['1'])))
  await session.value(rawSql('SELECT 1'), 'looking')
  const begun = performance.now()
  const serverMs = session.stopwatch()
  expect(serverMs()).toBeLessThan(20)
  for (let way = 0; way < 3; way++) await session.value(rawSql('SELECT 1'), 'looking')
  const took = serverMs()
  expect(took).toBeLessThanOrEqual(performance.now() - begun - 3 * 19)
})

test('rests grow at once while others feel the work, shrink by and by while they do not, and have bounds', () => {
  const courtesy = new Courtesy()
  const first = courtesy.coefficientBeside(1_000)
  courtesy.worked(5)
  expect(courtesy.coefficientBeside(1_000)).toBe(first)
  courtesy.rested(1)
  courtesy.worked(5)
  const felt = courtesy.coefficientBeside(1_000)
  expect(felt).toBeGreaterThan(first)
  for (let look = 0; look < 100; look++) courtesy.worked(5)
  expect(courtesy.coefficientBeside(1_000)).toBe(24)
  for (let look = 0; look < 200; look++) courtesy.worked(1)
  expect(courtesy.coefficientBeside(1_000)).toBe(0.25)
})

test('beside a client that sends but some statements a second rests are short, as few of them meet a turn', () => {
  const courtesy = new Courtesy()
  expect([5, 20, 100, 1_000].map(each => courtesy.coefficientBeside(each))).toEqual([1, 2, 10, 12])
  courtesy.rested(1)
  for (let look = 0; look < 100; look++) courtesy.worked(1)
  expect(courtesy.coefficientBeside(5)).toBe(0.25)
})

test.each([
  [
    'only its own statements',
    [
      [0, 0],
      [500, 500],
      [1_000, 1_000],
    ],
    false,
  ],
  [
    'a monitoring agent',
    [
      [0, 0],
      [505, 500],
      [1_010, 1_000],
    ],
    false,
  ],
  [
    'others',
    [
      [0, 0],
      [600, 500],
    ],
    true,
  ],
  [
    'others that paused for a moment',
    [
      [0, 0],
      [600, 500],
      [600, 500],
    ],
    true,
  ],
  [
    'others that are gone',
    [
      [0, 0],
      [600, 500],
      [600, 500],
      [600, 500],
    ],
    false,
  ],
] as const)('of a server with %s it says whether others are at work', (_, counts, isBusy) => {
  const others = new OthersRate()
  for (const [second, [questions, own]] of counts.entries()) others.learn(questions, own, second * 1_000)
  expect(others.isBusy).toBe(isBusy)
})

test('a run like itself is no other to it, and much more than that is', () => {
  const isBusy = (perSecond: number): boolean => {
    const others = new OthersRate()
    for (const second of [0, 1, 2]) others.learn(perSecond * second, 200 * second, second * 1_000, 1)
    return others.isBusy
  }
  expect([200, 400, 600, 615, 2_000].map(isBusy)).toEqual([false, false, false, true, true])
})

test('a run like itself that comes or goes is none either, and somebody who stays is', () => {
  // [what all but this job sent in a second, runs like it that are seen behind it]
  const isBusy = (...seconds: readonly (readonly [number, number])[]): boolean => {
    const others = new OthersRate()
    let questions = 0
    others.learn(0, 0, 0, 0)
    for (const [at, [sent, alike]] of seconds.entries()) {
      questions += sent
      others.learn(questions, 0, (at + 1) * 1_000, alike)
    }
    return others.isBusy
  }
  expect(isBusy([0, 0], [37, 0], [190, 1])).toBe(false)
  expect(isBusy([190, 1], [46, 0])).toBe(false)
  expect(isBusy([190, 1], [46, 0], [46, 0], [46, 0])).toBe(true)
})

test('the next number of a table is the one that the server names, whatever comments say', () => {
  const create = (number: string): string =>
    `CREATE TABLE \`t\` (\n  \`id\` int(11) NOT NULL AUTO_INCREMENT COMMENT 'from AUTO_INCREMENT=7 on',\n  PRIMARY KEY (\`id\`)\n) ENGINE=InnoDB${number} DEFAULT CHARSET=utf8mb4 COMMENT='was AUTO_INCREMENT=9'`
  expect(numberIn(create(' AUTO_INCREMENT=12'))).toBe(12n)
  expect(numberIn(create(''))).toBeUndefined()
  expect(withoutNumber(create(' AUTO_INCREMENT=12'))).toBe(create(''))
  expect(withoutNumber(create(''))).toBe(create(''))
})

test('what a job waits for counts in full, slow looks at the server too', async () => {
  const lookMs = 400
  const threads = ['1', '99', '1']
  const session = answeringSession('Value', async statement => {
    if (statement.includes('GET_LOCK')) return ['1']
    if (!statement.includes('Threads_running')) return []
    const running = threads.shift() ?? '1'
    if (running === '99') await pause(lookMs)
    return [running]
  })
  const governor = await startGovernor({ session: async () => session })
  const reasons: string[] = []
  await governor.wait(reason => reasons.push(reason))
  expect(reasons).toEqual(['the server is busy: 99 threads run (limit 25)'])
  expect(governor.pausedMs).toBeGreaterThan(lookMs)
})
