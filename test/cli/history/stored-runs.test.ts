import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { storedRuns, storedRunsCount, storeRun } from '../../../src/cli/history/stored-runs.ts'

let state: string
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'ops-state-'))
  vi.stubEnv('XDG_STATE_HOME', state)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(state, { recursive: true })
})

test('runs of one second are listed the newest first, however they are called', () => {
  const begun = [
    ['9f000000', '2026-11-29T08:38:24.900Z'],
    ['95a1586e', '2026-11-29T08:38:25.100Z'],
    ['190897c8', '2026-11-29T08:38:25.900Z'],
  ] as const
  for (const [run, startedAt] of begun)
    storeRun({
      format: 1,
      run,
      startedAt,
      who: 'me',
      purpose: 'apply web',
      version: '0',
      params: {},
      hosts: [],
    })
  const names = (most: number) => storedRuns(most).map(({ run }) => run)
  expect(names(20)).toEqual(['190897c8', '95a1586e', '9f000000'])
  expect(names(1)).toEqual(['190897c8'])
  expect(names(2)).toEqual(['190897c8', '95a1586e'])
  expect(storedRunsCount()).toBe(3)
})
