import { expect, test } from 'vitest'
import { rollOutFlags, rollOutOf } from '../../src/cli/roll-out-flags.ts'
import { type RollOut, rollOut } from '../../src/run/roll-out.ts'

/** What became of ten hosts of which these fail, and how many of a later batch began before an earlier one had ended. */
async function rolled(limit: number, pieces: RollOut, failing: readonly number[]) {
  const begun: number[] = []
  const left: number[] = []
  const ended = new Set<number>()
  let early = 0
  await rollOut([...Array(10).keys()], limit, pieces, {
    run: async host => {
      const batch = pieces.batch ?? 10
      for (let earlier = 0; earlier < Math.floor(host / batch) * batch; earlier++)
        if (!ended.has(earlier) && !left.includes(earlier)) early += 1
      begun.push(host)
      await new Promise(resolve => setImmediate(resolve))
      ended.add(host)
      return !failing.includes(host)
    },
    leave: host => void left.push(host),
  })
  return { begun, left, early }
}

test('without pieces every host has its turn, whoever fails', async () => {
  const { begun, left } = await rolled(3, {}, [0, 1, 2, 3])
  expect([begun.length, left]).toEqual([10, []])
})

test('a batch begins when the one before it has ended', async () => {
  const { begun, early } = await rolled(10, { batch: 3 }, [])
  expect([begun.length, early]).toEqual([10, 0])
})

test('one host too many fails: what is under way ends, and no other one begins', async () => {
  expect(await rolled(1, { mostFailed: 0 }, [2])).toMatchObject({
    begun: [0, 1, 2],
    left: [3, 4, 5, 6, 7, 8, 9],
  })
  expect(await rolled(10, { batch: 2, mostFailed: 1 }, [0, 3])).toMatchObject({
    begun: [0, 1, 2, 3],
    left: [4, 5, 6, 7, 8, 9],
  })
})

test.each([
  [{ serial: '25%' }, 8, { batch: 2, mostFailed: 0 }],
  [{ serial: '10%' }, 3, { batch: 1, mostFailed: 0 }],
  [{ serial: '3', maxFail: '1' }, 8, { batch: 3, mostFailed: 1 }],
  [{ failFast: true }, 8, { mostFailed: 0 }],
  [{}, 8, {}],
])('%j of %i hosts', (options, hosts, expected) => {
  const errors: [] = []
  expect([rollOutOf(rollOutFlags(options, errors), hosts), errors]).toEqual([expected, []])
})

test.each([
  { serial: '0' },
  { serial: '101%' },
  { serial: 'two' },
  { maxFail: '-1' },
  { maxFail: '2', failFast: true },
])('%j is refused', options => {
  const errors: { title: string }[] = []
  rollOutFlags(options, errors as never)
  expect(errors).toHaveLength(1)
})
