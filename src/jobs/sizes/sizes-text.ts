/** One table's size and age: for people as facts, for programs as data. */

import { counted, grouped } from '../../base/counted.ts'
import { tableText } from '../../mysql/table-name.ts'
import type { JobPlan } from '../../run/job-events.ts'
import type { Shares } from './age.ts'
import { ages, type LookedAt } from './look.ts'

/** `command`: how its old rows would be archived. */
export function sizesPlan(source: string, looked: LookedAt, command: string | undefined): JobPlan {
  const { bytes, freeBytes, by, time, age, blocks } = looked
  const rows = typeof age === 'string' ? looked.rows : age.rows
  const shares = typeof age === 'string' ? [] : age.shares.slice(0, ages.length)
  const older = shares.flatMap((share, index) => {
    const { count, unit } = ages[index] ?? { count: 0, unit: '' }
    return share < 0.0005 ? [] : [`${percent(share)} older than ${count}${unit}`]
  })
  const [newest = 1] = shares
  const isYoung = typeof age !== 'string' && newest === 0
  // Rows without a time, or with one that is to come, are no growth.
  const grown = typeof age === 'string' ? 0 : age.between
  const off = typeof age === 'string' ? 0 : age.betweenError
  const usedBytes = bytes - freeBytes
  return {
    job: 'sizes',
    source,
    title: tableText(looked),
    facts: [
      {
        name: 'size',
        text: `${sizeOf(bytes)}${by === 'files' ? '' : ' by its statistics'}, about ${counted(rows, 'row')}`,
      },
      ...(freeBytes > leastToldBytes && freeBytes > bytes / 10
        ? [
            {
              name: 'free',
              text: `${sizeOf(freeBytes)} of it, for rows to come: OPTIMIZE TABLE gives it back to the disk`,
            },
          ]
        : []),
      ...(typeof age === 'string'
        ? [{ name: 'age', text: `not told: ${age}` }]
        : [
            {
              name: 'age',
              text: `${older.length === 0 ? 'all of it younger than 1mo' : older.join(', ')}, by ${time} ${fromText(age)}`,
            },
            ...(isYoung
              ? []
              : [
                  {
                    name: 'growth',
                    text: `${growthText(rows, usedBytes, grown, off)} in the last month`,
                  },
                ]),
          ]),
      ...(command === undefined ? [] : [{ name: 'archive', text: command }]),
    ],
    notes: blocks.map(
      ({ title, next }) => `no archive yet: ${title}${next === undefined ? '' : `. ${next}`}`,
    ),
    data: {
      table: tableText(looked),
      engine: looked.engine,
      bytes,
      sizeBy: by,
      freeBytes,
      rows,
      time: time ?? null,
      ...(typeof age === 'string'
        ? { age: null, why: age }
        : {
            age: Object.fromEntries(
              ages.map(({ count, unit }, index) => [`${count}${unit}`, age.shares[index] ?? 0]),
            ),
            ageFrom: age.from,
            ageErrors: Object.fromEntries(
              ages.map(({ count, unit }, index) => [`${count}${unit}`, age.errors[index] ?? 0]),
            ),
            firstTime: age.first,
            monthRows: Math.round(rows * grown),
            monthRowsError: Math.round(rows * off),
            monthBytes: Math.round(usedBytes * grown),
          }),
      blocks: blocks.map(({ title, next }) => ({ title, next: next ?? null })),
      archive: command ?? null,
    },
  }
}

/** Files grow by some MB at once. */
const leastToldBytes = 8_000_000

function fromText({ from, errors }: Shares): string {
  if (from === 'all') return ''
  const percents = Math.max(1, Math.ceil(Math.max(...errors.slice(0, ages.length)) * 100))
  if (from === 'key') return `(found along the key, each within some ${percents} %)`
  return `(of a sample, each within some ${percents} %: rows did not come in the order of the key)`
}

/** A range where it may be off by more than a tenth. */
function growthText(rows: number, bytes: number, part: number, off: number): string {
  if (off <= part / 10) return `about ${counted(Math.round(rows * part), 'row')} and ${sizeOf(bytes * part)}`
  const [least, most] = [Math.max(0, part - off), Math.min(1, part + off)]
  return `${grouped(Math.round(rows * least))} to ${counted(Math.round(rows * most), 'row')}, ${sizeOf(bytes * least)} to ${sizeOf(bytes * most)}`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`
}

/** As disks count. */
export function sizeOf(bytes: number): string {
  const units = ['kB', 'MB', 'GB', 'TB']
  let value = bytes / 1000
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}
