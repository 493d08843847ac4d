/** How one shape of several is named on the command line. */
import { describe, expect, test } from 'vitest'
import { savedInShape } from '../../../src/jobs/rows/shapes.ts'

const saved = ['0d1af8ba77', '0d1a00c2ee', '77aa00c2ee'].map(fingerprint => ({ fingerprint }))
const named = (shape: string | undefined) =>
  savedInShape(saved, each => each, { shape, url: 'file:///b' }).map(each => each.fingerprint)

describe('a shape', () => {
  test('is found by a beginning that no other has', () => {
    expect(named(undefined)).toHaveLength(3)
    expect(named('77aa')).toEqual(['77aa00c2ee'])
    expect(named('0d1af')).toEqual(['0d1af8ba77'])
  })

  test.each([
    ['77a', '--shape 77a is too short to name a shape: it needs its first 4 characters or more'],
    ['ff', '--shape ff is too short'],
    ['0d1a', '--shape 0d1a is the beginning of 2 shapes in file:///b: 0d1af8ba, 0d1a00c2'],
    ['ffff', 'nothing in file:///b was saved in the shape ffff'],
  ])('is refused as %s with the reason and the names of all', (shape, title) => {
    expect(() => named(shape)).toThrow(
      expect.objectContaining({
        data: expect.objectContaining({
          title: expect.stringContaining(title),
          next: 'Nothing was restored. Shapes that its table had: 0d1af8ba, 0d1a00c2, 77aa00c2.',
        }),
      }),
    )
  })
})
