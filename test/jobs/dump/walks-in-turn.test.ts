import { expect, test } from 'vitest'
import { type DaysSource, newTotals, type WalkPiece } from '../../../src/jobs/dump/days-walk.ts'
import { WalksInTurn } from '../../../src/jobs/dump/walks-in-turn.ts'

/** Hands out pieces of these names; `asked` has how many it was asked for. */
function walkOf(names: readonly string[], failsAt?: number) {
  const totals = { ...newTotals(), restarts: 1, longestStatementMs: names.length, emptied: [...names] }
  const walk = { totals, asked: 0, isClosed: false }
  const source: DaysSource = {
    totals,
    holdsSnapshot: false,
    async next() {
      const at = walk.asked++
      if (at === failsAt) throw new Error('the connection is gone')
      const day = names[at]
      return day === undefined ? undefined : ({ work: { day } } as WalkPiece)
    },
    async close() {
      walk.isClosed = true
    },
  }
  return { walk, source }
}

test('two walks hand out their days in turn, and the rest of the longer one; the other is read ahead by one', async () => {
  const [odd, even] = [walkOf(['1', '3', '5', '6', '7']), walkOf(['2', '4'])]
  const both = new WalksInTurn([odd.source, even.source])
  const seen: (string | undefined)[] = []
  const asked: (readonly [number, number])[] = []
  for (;;) {
    const piece = await both.next()
    seen.push(piece?.work.day)
    asked.push([odd.walk.asked, even.walk.asked])
    if (!piece) break
  }
  expect(seen).toEqual(['1', '2', '3', '4', '5', '6', '7', undefined])
  // A walk has memory for the piece that is worked on and one more: alone it is asked for none before it is wanted.
  expect(asked.slice(0, 7)).toEqual([
    [2, 1],
    [2, 2],
    [3, 2],
    [3, 3],
    [4, 3],
    [4, 3],
    [5, 3],
  ])
  expect(both.totals).toMatchObject({
    restarts: 2,
    longestStatementMs: 5,
    emptied: ['1', '3', '5', '6', '7', '2', '4'],
  })
  await both.close()
  expect([odd.walk.isClosed, even.walk.isClosed]).toEqual([true, true])
})

test('a failure of one walk is told when its turn comes, and both are closed after what is under way', async () => {
  const [odd, even] = [walkOf(['1', '3']), walkOf(['2', '4'], 0)]
  const both = new WalksInTurn([odd.source, even.source])
  expect((await both.next())?.work.day).toBe('1')
  await expect(both.next()).rejects.toThrow('the connection is gone')
  await both.close()
  expect([odd.walk.isClosed, even.walk.isClosed]).toEqual([true, true])
})
