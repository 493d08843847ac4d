import { expect, test } from 'vitest'
import { doubledKey } from '../../src/mysql/json-keys.ts'

test.each([
  ['{"a":1,"a":2}', 'a'],
  ['{"a":1,"b":{"c":1, "c" : []}}', 'c'],
  ['[{"a":1},{"a":2}]', undefined],
  ['{"a":{"a":1}}', undefined],
  ['{"a":["a","a"],"b":"a"}', undefined],
  ['{"a":[{"x":1,"y":"}"},2],"a":3}', 'a'],
  ['{"\\u0061":1,"a":2}', 'a'],
  ['{"a\\"":1,"a\\\\":2,"a\\"":3}', 'a\\"'],
  ['{"ä":1,"\\u00e4":2}', '\\u00e4'],
  ['{"A":1,"a":2}', undefined],
  ['{"a":":,{\\"a\\":1"}', undefined],
  ['"a"', undefined],
])('of %s the key that stands twice is %s', (json, expected) => {
  expect(doubledKey(Buffer.from(json))).toBe(expected)
})

test('as JSON.parse counts the keys of some thousand documents', () => {
  let seed = 7
  const upTo = (most: number): number => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % most
  }
  const value = (depth: number): string => {
    const kind = depth > 3 ? 2 : upTo(4)
    if (kind === 0) return `[${Array.from({ length: upTo(4) }, () => value(depth + 1)).join(',')}]`
    if (kind > 1) return ['1', '"a"', '"{\\"a\\":"', 'null'][upTo(4)] as string
    return `{${Array.from({ length: upTo(4) }, () => `"${'abcdef'[upTo(6)]}": ${value(depth + 1)}`).join(', ')}}`
  }
  for (let run = 0; run < 3_000; run++) {
    const json = value(0)
    const isDoubled = (json.match(/"[a-f]":/g) ?? []).length !== keysOf(JSON.parse(json))
    expect([json, doubledKey(Buffer.from(json)) !== undefined]).toEqual([json, isDoubled])
  }
})

function keysOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const own = Array.isArray(value) ? 0 : Object.keys(value).length
  return Object.values(value).reduce<number>((sum, each) => sum + keysOf(each), own)
}
