/** The parts of src/jobs that need no server. */
import { createHash, randomBytes } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { clientText } from '../../src/jobs/archive/client-text.ts'
import { checkWhere } from '../../src/jobs/archive/condition.ts'
import { dropPartitions } from '../../src/jobs/archive/drop-partitions.ts'
import { whyNoLock } from '../../src/jobs/archive/old-partitions.ts'
import { leastInZone } from '../../src/jobs/copy/safe-time.ts'
import { DayFile, dayHead } from '../../src/jobs/dump/day-file.ts'
import { withoutRests } from '../../src/jobs/rests.ts'
import { LineRows, RowLines } from '../../src/jobs/rows/row-lines.ts'
import { packRows, unpackRows } from '../../src/jobs/rows/rows-file.ts'
import { decodeRow, encodeRows } from '../../src/jobs/rows/tsv.ts'
import { before, isZone, parseAge, utcText, zoneText } from '../../src/jobs/time-words.ts'
import { waitedFact } from '../../src/jobs/waited-fact.ts'
import { inOurQuotes } from '../../src/mysql/client-mode.ts'
import { rowOf } from '../../src/mysql/wire-row.ts'
import { Interrupt } from '../../src/run/interrupt.ts'
import { answeringSession } from '../mysql/answering-session.ts'

describe('times', () => {
  test.each([
    ['2026-11-28T19:50:00Z', '6mo', '2026-05-28 19:50:00'],
    ['2026-08-31T00:00:00Z', '6mo', '2026-02-28 00:00:00'],
    ['2024-08-31T00:00:00Z', '6mo', '2024-02-29 00:00:00'],
    ['2024-02-29T12:00:00Z', '1y', '2023-02-28 12:00:00'],
    ['2026-03-31T01:30:00Z', '1mo', '2026-02-28 01:30:00'],
    ['2026-03-29T01:30:00Z', '1d', '2026-03-28 01:30:00'],
    ['2026-01-01T00:00:00Z', '36h', '2025-12-30 12:00:00'],
    ['2026-01-15T00:00:00Z', '2w', '2026-01-01 00:00:00'],
  ])('%s less %s is %s', (now, age, expected) => {
    const parsed = parseAge(age)
    expect(parsed && utcText(before(new Date(now), parsed))).toBe(expected)
  })

  test.each(['', '6', '6m', '0d', '-1d', '1.5d', '6 months', '100000d'])('%j is no age', text => {
    expect(parseAge(text)).toBeUndefined()
  })

  test('a moment is what clocks of a zone show, on both sides of a change of the clock', () => {
    expect(zoneText(new Date('2026-03-29T00:59:59Z'), 'Europe/Berlin')).toBe('2026-03-29 01:59:59')
    expect(zoneText(new Date('2026-03-29T01:00:00Z'), 'Europe/Berlin')).toBe('2026-03-29 03:00:00')
    expect(zoneText(new Date('2026-10-25T01:30:00Z'), 'Europe/Berlin')).toBe('2026-10-25 02:30:00')
    expect(zoneText(new Date('2026-01-01T00:00:00Z'), 'UTC')).toBe('2026-01-01 00:00:00')
    expect(isZone('Mars/Olympus')).toBe(false)
  })

  test('before clocks are put back, the least that they will show is the hour that comes twice', () => {
    const least = (moment: string, zone: string): string => leastInZone(Date.parse(moment) / 1000, zone)
    expect(least('2026-11-01T05:14:30Z', 'America/New_York')).toBe('2026-11-01 01:00:00')
    expect(least('2026-10-25T00:59:59Z', 'Europe/Berlin')).toBe('2026-10-25 02:00:00')
    expect(least('2026-10-25T01:10:00Z', 'Europe/Berlin')).toBe('2026-10-25 02:10:00')
  })
})

test.each([
  ["state = 'closed'", undefined],
  ["note = 'a) OR (b' AND (x > 1)", undefined],
  ["note = 'it''s'", undefined],
  ['1) OR (1', 'a parenthesis is closed that was not opened'],
  ['(1', 'a parenthesis is not closed'],
  ["x = 'open", "the quote ' is not closed"],
  ['x = 1; DROP TABLE t', 'a condition is no statement'],
  ['x = 1 # no', 'a condition has no comments'],
  ['x = 1 /* no */', 'a condition has no comments'],
  [' ', 'it is empty'],
])('--where %s: %s', (where, problem) => {
  expect(checkWhere(where)).toBe(problem)
})

test.each([
  ["s = 'ä'", "s =  _utf8mb4'ä'"],
  ["s COLLATE 'utf8mb4_bin' = 'a' 'b'", "s COLLATE 'utf8mb4_bin' =  _utf8mb4'a' 'b'"],
  ["`'` > DATE '2024-01-01' OR b = x'41'", "`'` > DATE '2024-01-01' OR b = x'41'"],
  ["rebate'x'", "rebate _utf8mb4'x'"],
])('--where %s: its texts are those of a client', (where, expected) => {
  expect(clientText(where)).toBe(expected)
})

test.each([
  ['ANSI_QUOTES', `"a""b\`" = 'it''s' -- "x`, "`a\"b``` = 'it''s' -- \"x"],
  ['NO_BACKSLASH_ESCAPES', String.raw`a = 'C:\' AND b = "\""`, String.raw`a = 'C:\\' AND b = "\\""`],
])('--where of a server with %s: %s', (mode, where, expected) => {
  const quotesNames = mode === 'ANSI_QUOTES'
  expect(inOurQuotes(where, { quotesNames, keepsBackslashes: !quotesNames })).toBe(expected)
})

test('the texts of a long --where are each looked at once', () => {
  const where = `s IN (${Array.from({ length: 20_000 }, (_, index) => `'${index}'`).join(',')})`
  expect(clientText(where).split('_utf8mb4')).toHaveLength(20_001)
})

test.each([
  ['copies none', [], undefined],
  ['copies another one', ['0'], 'this server copies another one, whose writers'],
  ['copies one and has stopped', [null], 'this server copies another one, whose writers'],
  ['does not let us look', 1227, 'the account may not see whether this server copies another one'],
] as const)('a lock of a server that %s: is it one of all writers?', async (_, answer, expected) => {
  const session = answeringSession('Seconds_Behind_Master', statement =>
    statement.includes('SLAVES STATUS') ? answer : [],
  )
  const why = await whyNoLock(session)
  if (expected === undefined) expect(why).toBeUndefined()
  else expect(why).toContain(expected)
})

test('partitions are dropped until the operator asks for the end', async () => {
  const dropped: string[] = []
  const session = answeringSession('1', statement => {
    if (statement.includes('DROP PARTITION')) dropped.push(statement)
    return []
  })
  const interrupt = new Interrupt()
  const done = await dropPartitions(
    { session: async () => session },
    { database: 'app', table: 't' },
    ['a', 'b'],
    {
      stillLocked: async () => interrupt.raise(),
      interrupt,
    },
  )
  expect(done).toMatchObject({ dropped: ['a'], stayed: [], isInterrupted: true })
  expect(dropped).toEqual(['ALTER TABLE `app`.`t` DROP PARTITION `a`'])
})

test('a file of rows gives back every byte, whatever piece it is read in', async () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index))
  const rows = [
    rowOf([bytes, null, Buffer.alloc(0)]),
    rowOf([Buffer.from('\\N'), Buffer.from('\\'), Buffer.alloc(70_000, '\n')]),
  ]
  const header = {
    table: { database: 'd', table: 't' },
    columns: [],
    key: [],
    fingerprint: 'f',
    createTable: '',
    server: 's',
  }
  const { bytes: packed } = await packRows(header, rows)
  for (const size of [1, 7, packed.length]) {
    const found: Buffer[] = []
    async function* pieces(): AsyncGenerator<Buffer> {
      for (let at = 0; at < packed.length; at += size) yield packed.subarray(at, at + size)
    }
    await unpackRows(
      pieces(),
      'x',
      each => expect(each.fingerprint).toBe('f'),
      row => void found.push(Buffer.from(row)),
    )
    expect(found).toEqual(rows)
  }
  async function* cut(): AsyncGenerator<Buffer> {
    yield packed.subarray(0, packed.length - 9)
  }
  await expect(
    unpackRows(
      cut(),
      'x',
      () => {},
      () => {},
    ),
  ).rejects.toThrow('no file of rows that can be read')
})

test('rows become lines and rows again, byte for byte, whatever is in them and however long they are', () => {
  const every = Buffer.from(Array.from({ length: 256 }, (_, index) => index))
  const cells = [
    ...[
      null,
      Buffer.alloc(0),
      every,
      Buffer.from('\\N'),
      Buffer.from('\\'),
      Buffer.from('plain'),
      Buffer.from('a\tb'),
    ],
    ...[250, 251, 252, 65_535, 65_536].map(length => Buffer.alloc(length, 'x')),
  ]
  const rows = [
    ...cells.map(cell => [cell]),
    ...cells.map(cell => [cell, null, cell, Buffer.from('7')]),
    cells,
  ]
  const lines = new RowLines(1)
  for (const row of rows) lines.add(rowOf(row))
  const text = lines.take()
  expect(text.equals(encodeRows(rows.map(rowOf)))).toBe(true)
  const reader = new LineRows()
  let from = 0
  for (const row of rows) {
    const to = text.indexOf(10, from)
    expect(reader.read(text, from, to).equals(rowOf(row))).toBe(true)
    expect(decodeRow(text.subarray(from, to)).equals(rowOf(row))).toBe(true)
    from = to + 1
  }
  expect(from).toBe(text.length)
  expect(lines.rows).toBe(0)
})

test('the file of a day is the same whether it fits into memory or not, as often as it is read', async () => {
  const lines = Array.from({ length: 40 }, () => randomBytes(512 * 1024))
  const first = randomBytes(300)
  const file = new DayFile(dayHead(first))
  for (const each of lines) await file.add(each)
  const content = await file.finish()
  for (let read = 0; read < 2; read++) {
    const pieces: Uint8Array[] = []
    for await (const piece of content.open()) pieces.push(piece)
    const bytes = Buffer.concat(pieces)
    expect(bytes.length).toBe(content.sizeBytes)
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(content.sha256)
    expect(gunzipSync(bytes).equals(Buffer.concat([first, ...lines]))).toBe(true)
  }
  await file.discard()
})

test('a plan and an end name the option that shortens rests, where there are or may be any', () => {
  expect(withoutRests(undefined)).toContain('with no others at work there (beside them it rests')
  expect(withoutRests(undefined)).toContain('--sleep-coef')
  expect(withoutRests(4)).toContain('--sleep-coef 4')
  expect(withoutRests(0)).toBe('')
  expect(waitedFact(45_000, 44_000)).toMatchObject([
    { text: expect.stringMatching(/^45 s for the server, 44 s of that in rests: --sleep-coef 0 takes none/) },
  ])
  expect(waitedFact(3_000)).toEqual([{ name: 'waited', text: '3 s for the server' }])
})
