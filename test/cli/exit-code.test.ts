import { expect, test } from 'vitest'
import { exitCodeOf } from '../../src/cli/exit-code.ts'
import type { HostStatus } from '../../src/run/host-status.ts'

test.each<[string, HostStatus[], number]>([
  ['apply', ['ok', 'ok'], 0],
  ['apply', [], 0],
  ['plan', ['drift'], 0],
  ['check', ['drift', 'ok'], 2],
  ['check', ['drift', 'unreachable'], 4],
  ['apply', ['unreachable', 'locked'], 6],
  ['apply', ['locked', 'moved'], 8],
  ['apply', ['moved', 'failed'], 1],
  ['apply', ['failed', 'reverted'], 7],
  ['apply', ['reverted', 'lost'], 5],
  ['apply', ['interrupted', 'ok', 'failed'], 130],
  ['apply', ['interrupted', 'lost'], 5],
])('%s with hosts %j ends with %i', (verb, statuses, code) => {
  expect(exitCodeOf(verb, statuses)).toBe(code)
})
