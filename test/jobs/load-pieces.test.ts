/** The parts of src/jobs/load that need no server: records out of pieces of any size, and cells that servers misread. */
import { describe, expect, test } from 'vitest'
import { convertCell, losesFraction } from '../../src/jobs/load/convert-cell.ts'
import { CsvFormat } from '../../src/jobs/load/csv-format.ts'
import { JsonFormat } from '../../src/jobs/load/json-format.ts'
import type { RecordFormat } from '../../src/jobs/load/record.ts'
import { RecordReader } from '../../src/jobs/load/record-reader.ts'
import { type Target, targetsOf } from '../../src/jobs/load/targets.ts'
import { TsvFormat } from '../../src/jobs/load/tsv-format.ts'
import type { Table } from '../../src/mysql/catalog.ts'
import { column } from '../mysql/column.ts'

type Seen = readonly [number, readonly (string | null)[] | string]

async function recordsOf(format: RecordFormat, text: string, size: number): Promise<readonly Seen[]> {
  const bytes = Buffer.from(text)
  async function* pieces(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  const reader = new RecordReader(pieces())
  const seen: Seen[] = []
  for (let record = await reader.next(format); record; record = await reader.next(format)) {
    const cells = Array.from({ length: record.count }, (_, index) => record.cell(index)?.toString() ?? null)
    seen.push([record.line, record.problem ?? cells])
  }
  return seen
}

describe.each([1, 2, 3, 5, 17, 1000])('in pieces of %i bytes', size => {
  test('records of CSV are the same', async () => {
    const text = 'a,"b ""c""\r\n,d",\\N,"\\N"\r\n\r\n,"",é😀\n"x"y,1\n"",\n"open,\n1'
    expect(await recordsOf(new CsvFormat(','), text, size)).toEqual([
      [1, ['a', 'b "c"\r\n,d', null, '\\N']],
      [4, ['', '', 'é😀']],
      [5, 'something stands behind the closing quote of field 1'],
      [6, ['', '']],
      [7, 'a quote is opened in it that is never closed'],
    ])
  })

  test('records of TSV are the same', async () => {
    const text = 'a\\tb\tc\\\\\t\\N\t\\\nd\r\nx\t"y\r\n\\0\t\\N.'
    expect(await recordsOf(new TsvFormat(), text, size)).toEqual([
      [1, ['a\tb', 'c\\', null, '\nd']],
      [3, ['x', '"y']],
      [4, ['\0', 'N.']],
    ])
  })

  test('lines of JSON are the same', async () => {
    const text =
      '{"a": 9007199254740993, "b": "\\u00e9\\n"}\n\n {"b":[1,{"}":"]"}],"a":null} \r\n{"a":1,}\n{"b":"é"}'
    expect(await recordsOf(new JsonFormat(['a', 'b']), text, size)).toEqual([
      [1, ['9007199254740993', 'é\n']],
      [3, [null, '[1,{"}":"]"}]']],
      [4, 'a key of its JSON does not begin with a quote'],
      [5, [null, 'é']],
    ])
  })
})

function targetOf(type: string): Target {
  const cell = column('c', type)
  const table = { database: 'd', table: 't', columns: [cell], stored: [cell] } as unknown as Table
  const [target] = targetsOf(table, ['c'], { leaveOut: [], emptyIsNull: false, areGiven: false }, []).targets
  if (!target) throw new Error('no target')
  return target
}

test.each([
  ['int(11)', '1.5', 'c: 1.5 is no whole number'],
  ['int(11)', '1.0', '1.0'],
  ['int(11)', 'TRUE', '1'],
  ['bit(3)', "b'101'", '\x05'],
  ['bit(3)', '8', 'c: 8 has more than 3 bits'],
  ["enum('a','2')", '1', 'c: "1" is none of its values'],
  ["enum('a','2')", '2', '2'],
  ["set('a','2')", 'a,3', 'c: "3" is none of its values'],
  ['datetime', '2026-03-01T00:30:00+02:00', '2026-02-28 22:30:00'],
  ['datetime(6)', '2026-03-01T00:30:00.000001Z', '2026-03-01 00:30:00.000001'],
  ['datetime', '2026-03-01 00:30:00', '2026-03-01 00:30:00'],
  ['datetime', '2026/3/1', '2026/3/1'],
  ['datetime', '10:11:12', 'c: 10:11:12 does not begin with a year of four digits'],
  ['date', '10/11/12', 'c: 10/11/12 does not begin with a year of four digits'],
  ['date', '1-11-26', 'c: 1-11-26 does not begin with a year of four digits'],
  ['date', '11-1-26', 'c: 11-1-26 does not begin with a year of four digits'],
])('into %s, %s becomes %j', (type, cell, expected) => {
  const made = convertCell(targetOf(type), Buffer.from(cell))
  expect('problem' in made ? made.problem : made.toString('latin1')).toBe(expected)
})

test.each([
  ['datetime', '2026-01-01 00:00:00.5', true],
  ['datetime', '2026-01-01 00:00:00.000', false],
  ['datetime(3)', '2026-01-01 00:00:00.1234', true],
  ['time(3)', '10:00:00.123', false],
  ['time', '10:00:00.1', true],
  ['varchar(9)', '1.5', false],
])('of %s, %s loses a part of a second: %s', (type, cell, expected) => {
  expect(losesFraction(targetOf(type), Buffer.from(cell))).toBe(expected)
})
