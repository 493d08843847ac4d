import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { allHold, BrokenInvariant, brokenOf } from './instruments/broken.ts'
import { outcomeOf, spread } from './instruments/fault-class.ts'
import { provedElsewhere } from './instruments/proved-elsewhere.ts'
import type { CaseLine } from './instruments/results.ts'
import { rowsOf } from './report.ts'

describe('the frame of the fault suite', () => {
  test.each([
    [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 4, [0, 3, 6, 9]],
    [[0, 1, 2], 1, [1]],
    [[0, 1], 5, [0, 1]],
  ])('takes of %j some %i that are spread evenly', (all, count, expected) => {
    expect(spread(all, count)).toEqual(expected)
  })

  test('every check is made, and the report learns of all invariants that broke', async () => {
    const checks = allHold([
      () => {
        throw new BrokenInvariant('I1', '/etc/word is neither old nor new')
      },
      () => undefined,
      async () => {
        throw new BrokenInvariant('I7', 'a lock was left')
      },
      () => expect(1).toBe(2),
    ])
    const broken = brokenOf(await checks.catch((error: unknown) => error))
    expect(broken.invariants).toEqual(['I1', 'I7'])
    expect(broken.text).toMatch(/^I1: \/etc\/word is neither old nor new; I7: a lock was left; expected 1/)
  })

  test('a case that is late is broken, and is over before the next begins', async () => {
    const slow = { id: 'slow', run: () => new Promise<void>(resolve => setTimeout(resolve, 60)) }
    const outcome = await outcomeOf(slow, 40)
    expect(outcome.broken).toEqual({ invariants: ['I5'], text: 'still running after 0.04 s' })
    expect(outcome.milliseconds).toBeGreaterThanOrEqual(55)
  })

  test('a case that never ends is told as one that still runs', async () => {
    const never = { id: 'hangs', run: () => new Promise<void>(() => undefined) }
    expect((await outcomeOf(never, 10)).stillRuns).toBe(true)
  })

  test.each(provedElsewhere)('names a test that is there: $title', ({ file, title }) => {
    expect(readFileSync(fileURLToPath(new URL(`../${file}`, import.meta.url)), 'utf8')).toContain(title)
  })

  test('a class whose cases never ran is told with a reason, and the rows are in the order of the list', () => {
    const line = { title: 'holds', invariants: ['I1'] } as const
    const each: CaseLine = { ...line, class: 'A2', id: 'a', fault: 'f', outcome: 'held', milliseconds: 1500 }
    const rows = rowsOf(
      [
        { ...line, class: 'A10' },
        { ...line, class: 'A2' },
      ],
      [each, { ...each, id: 'b' }, { ...each, id: 'c', outcome: 'skipped', note: 'no loop devices' }],
    )
    expect(
      rows.map(row => [row.class, row.cases, row.distinctFaults, row.held, row.skipped, row.why]),
    ).toEqual([
      ['A2', 3, 1, 2, 1, 'no loop devices'],
      ['A10', 0, 0, 0, 0, 'no case ran: its hosts could not be booted'],
    ])
  })
})
