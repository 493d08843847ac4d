import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { applyPatch } from 'diff'
import { expect, test } from 'vitest'
import { unifiedDiff } from '../../../src/engine/text-diff/text-diff.ts'
import { computingMs } from '../../machine-unit.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

const folder = temporaryFolder()

/** What patch(1) makes of it: a reader that shares no code with ops. */
function patched(actual: string, diff: string): string {
  const [file, patch] = [join(folder, 'file'), join(folder, 'patch')]
  writeFileSync(file, actual)
  writeFileSync(patch, diff)
  const run = spawnSync('patch', ['-s', '-o', '-', file, patch], { encoding: 'utf8', maxBuffer: 1 << 26 })
  return run.error ? applyPatch(actual, diff) || '' : run.stdout
}

const numbers = (count: number, line: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => `${line(at)}\n`).join('')

test.each<[what: string, actual: string, desired: string]>([
  ['one line of many', numbers(50, String), numbers(50, String).replace('\n7\n', '\nseven\n')],
  ['a file that comes', '', 'a\nb\n'],
  ['a file that goes', 'a\nb\n', ''],
  ['a last line without its end', 'a\nb', 'a\nb\n'],
  ['a last line that loses its end', 'a\nb\nc\n', 'a\nb\nc'],
  ['lines that all occur many times', '}\n}\n}\n{\n}\n', '{\n}\n}\n{\n{\n'],
  ['two places far apart', numbers(90, String), numbers(91, at => String(at === 3 || at === 80 ? -at : at))],
])('patch(1) makes the wanted text of the diff: %s', (_what, actual, desired) => {
  expect(patched(actual, unifiedDiff('x', actual, desired) ?? '')).toBe(desired)
})

test('equal texts have no diff', () => expect(unifiedDiff('x', 'a\n', 'a\n')).toBeUndefined())

test.each<[what: string, actual: string, desired: string]>([
  [
    'every line another',
    numbers(32_000, at => String(at % 7)),
    numbers(32_000, at => String.fromCharCode(97 + (at % 5))),
  ],
  [
    'every line another, in another order',
    numbers(32_000, at => String(at)),
    numbers(32_000, at => String(31_999 - at)),
  ],
  [
    'every second line another',
    numbers(32_000, at => `${at}`),
    numbers(32_000, at => (at % 2 ? `${at}` : `x${at}`)),
  ],
  [
    'two letters mixed',
    numbers(32_000, at => String((at * at) % 3)),
    numbers(32_000, at => String((at * 7) % 4)),
  ],
])('32,000 short lines are compared in a moment: %s', (_what, actual, desired) => {
  const unitMs = computingMs(() => {
    for (let at = 0; at < 20; at++) numbers(32_000, String)
  })
  let diff = ''
  const tookMs = computingMs(() => {
    diff = unifiedDiff('x', actual, desired) ?? ''
  })
  expect(tookMs / unitMs).toBeLessThan(20)
  expect(patched(actual, diff)).toBe(desired)
})
