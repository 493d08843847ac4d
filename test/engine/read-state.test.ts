/** What is told of a probe that fails. */
import { expect, test } from 'vitest'
import { readState } from '../../src/engine/plan/read-state.ts'
import { line } from '../../src/resources/line.ts'

const step = line({ path: '/srv/a', line: 'b' })
const failed = { bytes: Buffer.from(''), code: 1 }
const told = (said: string) => {
  const { title, said: rest, next } = readState(step, failed, said, 'web1').error ?? {}
  return [title, rest, next?.startsWith('Fix that on the host')]
}

test.each([
  ['ops: /srv/a: may not be read\n', ['line /srv/a b: /srv/a: may not be read', undefined, true]],
  ['ops: /srv/a: /srv/a is a link\n', ['line /srv/a b: /srv/a is a link', undefined, true]],
  ['cat: x\nops: /srv/a: is not a file\n', ['line /srv/a b: /srv/a: is not a file', 'cat: x', true]],
  ['awk: x\n', ['the probe of line /srv/a b failed with exit code 1', 'awk: x', false]],
  ['', ['the probe of line /srv/a b failed with exit code 1', undefined, false]],
])('a reason in the words of ops is the error itself: %j', (said, expected) => {
  expect(told(said)).toEqual(expected)
})
