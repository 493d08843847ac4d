/** The days of a dump: where they begin and end in each zone, without any server. */
import { describe, expect, test } from 'vitest'
import { closing } from '../../../src/jobs/dump/closing.ts'
import { borderOf, dayOf, dayOfValue, dayRange, nextDay, startOf } from '../../../src/jobs/dump/days.ts'
import { dayNameIn, objectKey, receiptKey } from '../../../src/jobs/dump/records.ts'

describe('days', () => {
  test.each([
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
    ['2026-03-30', 'Europe/Berlin', '2026-03-29T22:00:00.000Z'],
    ['2026-10-25', 'Europe/Berlin', '2026-10-24T22:00:00.000Z'],
    ['2026-10-26', 'Europe/Berlin', '2026-10-25T23:00:00.000Z'],
    ['2026-03-08', 'America/New_York', '2026-03-08T05:00:00.000Z'],
    ['2026-03-09', 'America/New_York', '2026-03-09T04:00:00.000Z'],
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
    ['2018-11-05', 'America/Sao_Paulo', '2018-11-05T02:00:00.000Z'],
    ['2026-01-01', 'Asia/Kathmandu', '2025-12-31T18:15:00.000Z'],
    ['2026-01-01', 'Pacific/Kiritimati', '2025-12-31T10:00:00.000Z'],
    ['2026-01-01', 'Etc/GMT+12', '2026-01-01T12:00:00.000Z'],
    ['2024-02-29', 'UTC', '2024-02-29T00:00:00.000Z'],
    ['2026-04-05', 'Australia/Lord_Howe', '2026-04-04T13:00:00.000Z'],
    ['2026-04-06', 'Australia/Lord_Howe', '2026-04-05T13:30:00.000Z'],
  ])('%s begins in %s at %s', (day, zone, expected) => {
    expect(startOf(day, zone).toISOString()).toBe(expected)
  })

  test('a day that a zone has left out is empty, and the next one begins where it would', () => {
    expect(startOf('2011-12-30', 'Pacific/Apia')).toEqual(startOf('2011-12-31', 'Pacific/Apia'))
  })

  test.each([
    'Europe/Berlin',
    'America/Sao_Paulo',
    'Australia/Lord_Howe',
    'Pacific/Apia',
    'Africa/Cairo',
    'UTC',
  ])(
    'the days of %s follow one another without a gap, and each moment is in the day that its clocks show',
    zone => {
      for (let day = '2009-12-25'; day < '2012-01-05'; day = nextDay(day)) {
        const { startsAt, endsAt } = dayRange(day, 'timestamp', zone)
        expect(dayRange(nextDay(day), 'timestamp', zone).startsAt).toEqual(endsAt)
        if (startsAt < endsAt) {
          expect(dayOf(startsAt, zone)).toBe(day)
          expect(dayOf(new Date(endsAt.getTime() - 1000), zone)).toBe(day)
        }
      }
    },
  )

  test('what a column is compared with depends on what it says', () => {
    expect(borderOf('2026-03-29', 'date', 'Europe/Berlin')).toBe('2026-03-29')
    expect(borderOf('2026-03-29', 'datetime', 'Europe/Berlin')).toBe('2026-03-29 00:00:00')
    expect(borderOf('2026-03-29', 'timestamp', 'Europe/Berlin')).toBe('2026-03-28 23:00:00')
    expect(dayRange('2026-02-28', 'datetime', 'UTC').to).toBe('2026-03-01 00:00:00')
    expect(dayRange('2024-02-28', 'date', 'UTC').to).toBe('2024-02-29')
  })

  test.each([
    ['2026-03-29 01:59:59', 'datetime', '2026-03-29'],
    ['2026-03-28 23:00:00.000000', 'timestamp', '2026-03-29'],
    ['2026-03-28 22:59:59.999999', 'timestamp', '2026-03-28'],
    ['2026-00-00', 'date', '2025-12-31'],
    ['2026-03-00', 'date', '2026-02-28'],
    ['2026-02-31', 'date', '2026-02-28'],
    ['0001-01-01', 'date', '0001-01-01'],
  ] as const)('%s of a %s is in the day %s', (text, kind, day) => {
    expect(dayOfValue(text, kind, 'Europe/Berlin')).toBe(day)
  })

  test('names of objects tell day and revision, and nothing else is taken for one', () => {
    const name = { day: '2026-03-29', revision: 12 }
    expect(dayNameIn(objectKey(name, 'abcdef'))).toEqual({ ...name, isReceipt: false })
    expect(dayNameIn(receiptKey(name))).toEqual({ ...name, isReceipt: true })
    for (const key of ['dump.json', 'days/x', 'receipts/2026-03-29.json', 'days/2026-03-29-r0-a.tsv.gz'])
      expect(dayNameIn(key)).toBeUndefined()
  })
})

describe('a day is closed', () => {
  const now = new Date('2026-11-28T22:30:00Z')
  const transaction = (since: string) => ({ since: new Date(since), connection: 7 })
  const base = {
    now,
    closeAfter: { count: 2, unit: 'd' } as const,
    replica: 'none' as const,
    zone: 'Europe/Berlin',
  }
  test.each([
    ['two days after its end', {}, '2026-11-26'],
    ['an hour after it', { closeAfter: { count: 1, unit: 'h' } as const }, '2026-11-28'],
    [
      'by the clocks of its zone',
      { closeAfter: { count: 1, unit: 'h' } as const, zone: 'Pacific/Auckland' },
      '2026-11-29',
    ],
    ['whatever began since', { oldest: transaction('2026-11-27T00:00:00Z') }, '2026-11-26'],
    [
      'not while a transaction is open that began before it ended',
      { oldest: transaction('2026-11-24T09:00:00Z') },
      '2026-11-24',
    ],
    ['not before a replica has its rows', { replica: { secondsBehind: 5 * 86_400 } }, '2026-11-23'],
    ['by its age alone where transactions are not seen', { oldest: 'unseen' as const }, '2026-11-26'],
  ])('%s', (_, seen, until) => {
    expect(closing({ ...base, oldest: undefined, ...seen }).until).toBe(until)
  })

  test('who holds it open is told, and only who does', () => {
    const holding = (since: string) => closing({ ...base, oldest: transaction(since) }).holding?.connection
    expect(holding('2026-11-24T09:00:00Z')).toBe(7)
    expect(holding('2026-11-26T09:00:00Z')).toBeUndefined()
  })
})
