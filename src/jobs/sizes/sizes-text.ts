/** One table's size and age: for people as facts, for programs as data. */

import { counted } from '../../base/counted.ts'
import { tableText } from '../../mysql/table-name.ts'
import type { JobPlan } from '../../run/job-events.ts'
import { ages, type LookedAt } from './look.ts'

/** `command`: how its old rows would be archived. */
export function sizeText(source: string, looked: LookedAt, command: string | undefined): JobPlan {
  const { bytes, rows, by, time, age, blocks } = looked
  const shares = typeof age === 'string' ? [] : age.shares.slice(0, ages.length)
  const older = shares.flatMap((share, index) => {
    const { count, unit } = ages[index] ?? { count: 0, unit: '' }
    return share < 0.0005 ? [] : [`${percent(share)} older than ${count}${unit}`]
  })
  const [newest = 1] = shares
  const isYoung = typeof age !== 'string' && newest === 0
  // Rows without a time, or with one that is to come, are no growth.
  const grown = typeof age === 'string' ? 0 : Math.max(0, (age.shares[ages.length] ?? 1) - newest)
  return {
    job: 'sizes',
    source,
    title: tableText(looked),
    facts: [
      {
        name: 'size',
        text: `${sizeOf(bytes)}${by === 'files' ? '' : ' by its statistics'}, about ${counted(rows, 'row')}`,
      },
      ...(typeof age === 'string'
        ? [{ name: 'age', text: `not told: ${age}` }]
        : [
            {
              name: 'age',
              text: `${older.length === 0 ? 'all of it younger than 1mo' : older.join(', ')}, by ${time} ${froms[age.from]}`,
            },
            ...(isYoung
              ? []
              : [
                  {
                    name: 'growth',
                    text: `about ${counted(Math.round(rows * grown), 'row')} and ${sizeOf(bytes * grown)} in the last month`,
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
      rows,
      time: time ?? null,
      ...(typeof age === 'string'
        ? { age: null, why: age }
        : {
            age: Object.fromEntries(
              ages.map(({ count, unit }, index) => [`${count}${unit}`, age.shares[index] ?? 0]),
            ),
            ageFrom: age.from,
            firstTime: age.first,
            monthRows: Math.round(rows * grown),
            monthBytes: Math.round(bytes * grown),
          }),
      blocks: blocks.map(({ title, next }) => ({ title, next: next ?? null })),
      archive: command ?? null,
    },
  }
}

const froms = {
  key: '(found along the key)',
  sample: '(of a sample: rows did not come in the order of the key)',
  all: '',
} as const

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
