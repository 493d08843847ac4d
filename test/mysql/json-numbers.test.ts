/** Numbers of JSON as MySQL reads them: what it printed must come back as it was. */
import { expect, test } from 'vitest'
import { asMysqlReads, exactJson } from '../../src/mysql/json-numbers.ts'

// Each as MySQL 5.7.22 and 8.0.15 printed what they had read.
test.each([
  ['-6.792475937705741e+155', '-6.792475937705742e155'],
  ['-6.792475937705742e155', '-6.792475937705743e155'],
  ['2.390632697721129e-228', '2.3906326977211287e-228'],
  ['3.0138906780748837e-227', '3.013890678074883e-227'],
  ['-1.8226019816232838e-66', '-1.822601981623284e-66'],
  ['123456789012345678901234567890', '1.2345678901234566e29'],
  ['0.30000000000000004', '0.30000000000000004'],
])('of %s MySQL makes %s, and it is spelled so that it makes what was meant', (written, read) => {
  expect(asMysqlReads(written)).toBe(Number(read))
  const spelled = exactJson(Buffer.from(written)).toString()
  if (!/[.e]/.test(written)) return
  expect([asMysqlReads(spelled), Number(spelled)]).toEqual([Number(written), Number(written)])
})

test('every number that is written in the fewest digits gets a spelling that means it to all readers', () => {
  let found = 0
  let [changed, kept] = [0, 0]
  for (
    let seed = 1n;
    found < 2_000;
    seed = (seed * 6364136223846793005n + 1442695040888963407n) % 2n ** 64n
  ) {
    const value = Buffer.from(seed.toString(16).padStart(16, '0'), 'hex').readDoubleBE()
    if (!Number.isFinite(value)) continue
    found += 1
    const text = String(value)
    const spelled = exactJson(Buffer.from(text)).toString()
    if (asMysqlReads(spelled) === value && Number(spelled) === value) kept += 1
    if (spelled !== text) changed += 1
  }
  expect(changed).toBeGreaterThan(100)
  expect(kept).toBeGreaterThanOrEqual(found - 10)
})

test('strings, whole numbers and common fractions stay as they are', () => {
  const text =
    '{"-0":"1e-228, \\"2.3906326977211293e-228\\"","é":[1.5,18446744073709551615,-9223372036854775808,1e10,0.1]}'
  expect(exactJson(Buffer.from(text)).toString()).toBe(text)
  expect(exactJson(Buffer.from('[-0,"-0",-0.0,-05]')).toString()).toBe('[-0.0,"-0",-0.0,-05]')
})

test("a string of twenty million characters stands in no number's way, and its digits stay as they are", () => {
  const long = `${'x'.repeat(20_000_000)} 1e5 \\" -0 \\\\`
  const given = Buffer.from(`{"${long}":-0,"a":"-0"}`)
  expect(exactJson(given).equals(Buffer.from(`{"${long}":-0.0,"a":"-0"}`))).toBe(true)
})
