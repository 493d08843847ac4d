/** The index of claims finds all that holding each against each would find. */
import { expect, test } from 'vitest'
import { ClaimIndex } from '../../src/engine/claim-index.ts'
import { anyOverlap, type Claim } from '../../src/engine/claims.ts'

const claims: readonly Claim[] = [
  ...([
    'any:*',
    'pkg:*',
    'pkg:a',
    'pkg:ab',
    'unit:a',
    'unit:*',
    'user:a',
    'port:1',
    'path:/',
    'path:/a',
  ] as const),
  ...([
    'path:/a/',
    'path:/a/b',
    'path:/a/b/',
    'path:/a/b#s/k',
    'path:/a/b#s/l',
    'path:/a/b#',
    'path:/ab',
  ] as const),
  ...(['path:/a#x/', 'path:/a/b/c', 'path:/a/b*', 'path:/a/#x', 'group:a'] as const),
]

test('whatever overlaps is near, in the order in which it was added, for every pair of claims', () => {
  const lists = [
    ...claims.map(each => [each]),
    ...claims.map((each, at) => [each, ...claims.slice(at - 1, at)]),
    [],
  ]
  const index = new ClaimIndex<readonly Claim[]>()
  for (const list of lists) index.add(list, list)
  for (const asked of lists) {
    const wanted = lists.filter(list => anyOverlap(list, asked))
    const near = index.near(asked)
    expect(
      near.filter(list => anyOverlap(list, asked)),
      asked.join(' '),
    ).toEqual(wanted)
  }
})
