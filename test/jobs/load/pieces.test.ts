/** The parts of src/jobs/load that need no server: records out of pieces of any size, and cells that servers misread. */
import { describe, expect, test } from 'vitest'
import { convertCell } from '../../../src/jobs/load/convert-cell.ts'
import { CsvFormat } from '../../../src/jobs/load/csv-format.ts'
import { JsonFormat } from '../../../src/jobs/load/json-format.ts'
import { lostDigits } from '../../../src/jobs/load/lost-digits.ts'
import type { RecordFormat } from '../../../src/jobs/load/record.ts'
import { RecordReader } from '../../../src/jobs/load/record-reader.ts'
import { type Target, targetsOf } from '../../../src/jobs/load/targets.ts'
import { TsvFormat } from '../../../src/jobs/load/tsv-format.ts'
import type { Table } from '../../../src/mysql/catalog.ts'
import { column } from '../../mysql/column.ts'

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
  ['date', '101112', 'c: 101112 is no date'],
  ['datetime', '101112101112', 'c: 101112101112 is no date'],
  ['datetime', '20260102030405', '20260102030405'],
  ['datetime', '2026-01-05 10:11:12+25:00', '2026-01-05 10:11:12+25:00'],
  ['time', '1530', 'c: 1530 is no time: write hours:minutes:seconds'],
  ['time', '-15', 'c: -15 is no time: write hours:minutes:seconds'],
  ['time', '1530.5', 'c: 1530.5 is no time: write hours:minutes:seconds'],
  ['time', '1e3', 'c: 1e3 is no time: write hours:minutes:seconds'],
  ['time', '20260102030405', 'c: 20260102030405 is no time: write hours:minutes:seconds'],
  ['time', '2026-01-02 03:04:05', 'c: 2026-01-02 03:04:05 is no time: write hours:minutes:seconds'],
  ['time', '153000', '153000'],
  ['time', '-838:59:59', '-838:59:59'],
  ['time', '1 10:00', '1 10:00'],
  ['time', '0', '0'],
  ['year', '0', 'c: 0 is no year of four digits'],
  ['year', '+26', 'c: +26 is no year of four digits'],
  ['year', '0000', '0000'],
  ['year(2)', '26', '26'],
  ['int', '1e', 'c: 1e is no whole number'],
  ["enum('a','2')", '1     ', 'c: "1     " is none of its values'],
  ["enum('a','2')", '2     ', '2     '],
  ["set('a','2')", '+1', 'c: "+1" is none of its values'],
])('into %s, %s becomes %j', (type, cell, expected) => {
  const made = convertCell(targetOf(type), Buffer.from(cell))
  expect('problem' in made ? made.problem : made.toString('latin1')).toBe(expected)
})

const cutTime = 'a time with more of a second than its column keeps'

test.each([
  ['datetime', '2026-01-01 00:00:00.5', cutTime],
  ['datetime', '2026-01-01 00:00:00.000', undefined],
  ['datetime(3)', '2026-01-01 00:00:00.1234', cutTime],
  ['time(3)', '10:00:00.123', undefined],
  ['time', '10:00:00.1', cutTime],
  ['varchar(9)', '1.5', undefined],
  ['float', '0.1', undefined],
  ['float', '16777216', undefined],
  ['float', '16777217', 'c: 16777217 has more digits than float keeps'],
  ['float', '0.10000000149011612', undefined],
  ['float', '1e-46', 'c: 1e-46 has more digits than float keeps'],
  ['float(7,2)', '1.230', undefined],
  ['float(7,2)', '1.005', 'c: 1.005 has more digits than float(7,2) keeps'],
  ['double(7,2) unsigned', '12.3e-2', 'c: 12.3e-2 has more digits than double(7,2) unsigned keeps'],
  ['double', '9007199254740993', 'c: 9007199254740993 has more digits than double keeps'],
  ['double', '9007199254740992', undefined],
  ['double', '0.30000000000000004', undefined],
  ['double', '1.7976931348623157e308', undefined],
  ['double', '1e-400', 'c: 1e-400 has more digits than double keeps'],
  ['double', '0e-400', undefined],
  ['double', 'NaN', undefined],
  ['json', '{"a":18446744073709551615}', undefined],
  ['json', '{"a":[18446744073709551616]}', undefined],
  ['json', '{"a":[18446744073709551617]}', 'c: 18446744073709551617 of JSON is kept as DOUBLE'],
  ['json', '{"18446744073709551617":"\\"18446744073709551617"}', undefined],
  ['json', '0.1000000000000000055', 'c: 0.1000000000000000055 of JSON is kept as DOUBLE'],
  [
    'json',
    '{"a":1,"a":2}',
    'c: the key "a" stands twice in an object of JSON, and one of its values is kept',
  ],
])('of what %s gets as %s, this is lost: %s', (type, cell, expected) => {
  expect(lostDigits(targetOf(type), Buffer.from(cell))).toBe(expected)
})
