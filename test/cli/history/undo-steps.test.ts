import { describe, expect, test } from 'vitest'
import { byLaterRuns, changedBy } from '../../../src/cli/history/later-runs.ts'
import { undoSteps } from '../../../src/cli/history/undo-steps.ts'
import type { HostRecord } from '../../../src/engine/record/read-record.ts'

/** The record of a run that made one user; `left` is what the host wrote down of that at its end. */
const madeUser = (left: ReadonlyMap<string, string>): HostRecord => ({
  run: '3f9a1c20',
  startedAt: '2026-11-29T08:00:00.000Z',
  who: 'me@desk (pid 7) since 2026-11-29T08:00:00.000Z: apply web',
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

test('of a step that failed before it changed anything nothing is taken back, and nothing is left over', () => {
  const record: HostRecord = {
    ...madeUser(new Map()),
    steps: [
      {
        index: 0,
        outcome: 'failed',
        isRefused: true,
        name: 'sysctl vm.swappiness',
        type: 'sysctl',
        changes: [],
        back: {
          params: { key: 'vm.swappiness', state: 'absent' },
          left: {},
          stays: 'the kernel goes on with 10; it was 60',
        },
      },
    ],
  }
  const { steps, notes } = undoSteps(record, [], new Map(), new Map())
  const why = 'this step failed before it changed anything'
  expect([steps, notes]).toEqual([[], [{ kind: 'unchanged', what: 'sysctl vm.swappiness', why }]])
})

describe('what later runs have changed', () => {
  const at = { step: 'file /etc/a', path: '/etc/a', sha256: 'b'.repeat(64) }
  const why = changedBy('content: 1 as the run left it, 2 now')
  /** A run that wrote /etc/a with that letter, in the second of that number. */
  const wrote = (second: number, purpose: string, letter: string): HostRecord => ({
    ...madeUser(new Map()),
    run: String(second).padStart(8, '0'),
    startedAt: `2026-11-29T09:00:0${second}.000Z`,
    purpose,
    steps: [
      { index: 0, outcome: 'changed', name: 'web 2: file /etc/a', type: 'file', changes: [], back: 'files' },
    ],
    files: [
      {
        path: '/etc/a',
        step: 0,
        before: { kind: 'absent' },
        after: { kind: 'file', sha256: letter.repeat(64), mode: '0644' },
      },
    ],
  })

  test('is told by the runs that did it, the newest to be undone first', () => {
    const runs = [wrote(1, 'apply web', 'a'), wrote(2, 'apply app', 'b')]
    expect(byLaterRuns(why, at, runs)).toBe(
      'changed since by the later runs 00000001 (apply web, me@desk (pid 7)) and 00000002 (apply app, me@desk (pid 7)): content: 1 as the run left it, 2 now; undo those runs first, the newest before the others, beginning with `ops undo 00000002`',
    )
  })

  test('names somebody else where it is not as the newest of them left it, and no run that was taken back', () => {
    const runs = [wrote(1, 'apply web', 'a'), wrote(2, 'apply app', 'b'), wrote(3, 'undo 00000002', 'a')]
    expect(byLaterRuns(why, at, runs)).toContain(
      'by the later run 00000001 (apply web, me@desk (pid 7)), and by somebody else after that: ',
    )
    expect(byLaterRuns(why, { step: 'file /etc/b', path: '/etc/b' }, runs)).toBe(why)
  })
})

test('a step without a way back promises no files that it did not change', () => {
  const back = { cannot: 'of backup nothing is written down; its files are put back' }
  const { steps: _, ...record } = madeUser(new Map())
  const notes = (files: HostRecord['files']) =>
    undoSteps(
      {
        ...record,
        steps: [{ index: 0, outcome: 'changed', name: 'backup /srv', type: 'backup', changes: [], back }],
        files,
      },
      [],
      new Map(),
      new Map(),
    ).notes.map(each => each.why)
  expect(notes([])).toEqual(['of backup nothing is written down'])
  const file = { path: '/etc/a', step: 0, before: { kind: 'absent' }, after: { kind: 'absent' } } as const
  expect(notes([file])).toEqual(['of backup nothing is written down; the files that it changed are put back'])
})
