import { describe, expect, test } from 'vitest'
import { undoSteps } from '../../../src/cli/history/undo-steps.ts'
import type { HostRecord } from '../../../src/engine/record/read-record.ts'

/** The record of a run that made one user; `left` is what the host wrote down of that at its end. */
const madeUser = (left: ReadonlyMap<string, string>): HostRecord => ({
  run: '3f9a1c20',
  startedAt: '2026-11-29T08:00:00.000Z',
  who: 'me',
  purpose: 'apply web',
  params: {},
  steps: [
    {
      index: 0,
      outcome: 'begun',
      name: 'user kim',
      type: 'user',
      changes: [],
      back: { params: { name: 'kim', state: 'absent' }, left: { state: 'present' } },
    },
  ],
  files: [],
  accounts: left,
  end: undefined,
  back: undefined,
})
const undo = (left: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>) => {
  const { steps, notes } = undoSteps(madeUser(left), [], new Map(), now)
  return [...steps.map(({ name }) => name), ...notes.map(({ kind, why }) => `${kind}: ${why}`)]
}
const kim = (shell: string) => new Map([['user:kim', `entry=kim:x:999:999::/:${shell}`]])

describe('an account that a run made', () => {
  test('goes where it is as the run left it', () => {
    expect(undo(kim('/bin/sh'), kim('/bin/sh'))).toEqual(['user kim'])
  })

  test('stays where somebody has changed it since, and where nobody could write down what it was', () => {
    expect(undo(kim('/bin/sh'), kim('/bin/bash'))).toEqual([
      expect.stringContaining('skipped: changed since by somebody else'),
    ])
    expect(undo(new Map(), kim('/bin/sh'))).toEqual([
      'cannot: the run was cut off before the host could write down what it left there',
    ])
  })
})
