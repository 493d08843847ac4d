import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { contracts } from '../../../src/resources/index.ts'
import { restoredFile } from '../../../src/resources/restored-file.ts'
import { describeReal } from '../../hosts/available.ts'
import { testWith } from '../../needs.ts'
import { unclaimed, unproved } from '../checks.ts'
import { isWhole, type LookCase } from '../host-case.ts'
import { cases } from '../host-cases.ts'
import { changesOf, failuresOf, make, run, type Seen } from '../on-host.ts'
import { all, applied, entries, useAppliedHost } from './applied-host.ts'
import { filesWritten } from './left-files.ts'

const types = [...Object.keys(contracts), restoredFile.definition.type]
const looks = entries.flatMap(([type, each]): [string, LookCase][] => ('right' in each ? [[type, each]] : []))

test('every resource says what must be true of it on a host, and those that are asked for are among them', () => {
  expect(Object.keys(cases).sort()).toEqual(types.sort())
  expect(entries).not.toEqual([])
})

test.each(entries.flatMap(([type, each]) => ('title' in each ? [{ type, ...each }] : [])))(
  '$type is applied on real hosts by $file',
  ({ file, title }) => {
    const text = readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8')
    // `proves` is a test that is left out where the machine lacks what it needs; a long title stands on a line of its own.
    const tested = text.replaceAll(/\b(?:test|proves)\(\s*/g, 'test(')
    expect(tested).toContain(`test('${title}'`)
  },
)

testWith('shellcheck')('all that a case says of a host would fail it', () => {
  const said = applied.flatMap(([, { holds, foreign, undo }]) => [
    holds,
    foreign.kept,
    ...('gone' in undo ? [undo.gone] : []),
  ])
  expect(unproved(said)).toEqual([])
})

const describeHost = applied.length + looks.length > 0 ? describeReal : describe.skip

describeHost('on a host', () => {
  const host = useAppliedHost()

  describe.skipIf(applied.length === 0).each(['absent', 'wrong'] as const)('from %s', before => {
    let first: Seen = {}
    let second: Seen = {}
    let failures: Readonly<Record<string, string>> = {}
    let written: readonly string[] = []
    beforeAll(async () => {
      await make(
        host(),
        applied.map(([, each]) => [each[before]].flat().join('\n')),
      )
      await host().read('touch /run/conformance')
      first = await run(host(), 'plan', all)
      await run(host(), 'apply', all)
      written = await filesWritten(host(), '/run/conformance')
      second = await run(host(), 'plan', all)
      failures = await failuresOf(
        host(),
        applied.map(([type, { holds }]) => [type, holds] as const),
      )
    }, 900_000)

    test.each(applied)('%s sees it, brings it about, and asks for nothing more', type => {
      expect(first[type]?.said).toBe('')
      expect(changesOf(first[type]), 'what the first look asks for').not.toEqual([])
      expect(second[type]?.said).toBe('')
      expect(changesOf(second[type]), 'what the second look asks for').toEqual([])
      expect(failures[type], 'what other programs say').toBeUndefined()
    })

    test('nothing is written that no step claims', () => {
      // A command and a package claim anything at all, which would tell nothing of the others.
      const claimsWithout = (...types: readonly string[]) =>
        Object.values(first)
          .flatMap(seen => seen?.steps ?? [])
          .filter(({ step }) => !types.includes(step.resource.type))
          .flatMap(({ step, affects }) => [...affects, ...(step.resource.owns?.(step.params) ?? [])])
      const commanded = 'path:/srv/c/commanded'
      expect(unclaimed(written, [...claimsWithout('command', 'apt'), commanded])).toEqual([])
      if (before === 'absent' && isWhole)
        expect(unclaimed(written, [...claimsWithout('command', 'apt', 'link'), commanded])).toEqual([
          '/srv/c/link',
        ])
    })
  })

  test.each(looks)(
    '%s finds what is wrong, and nothing when it is right',
    async (type, { input, wrong, right }) => {
      await make(host(), [wrong])
      expect(changesOf((await run(host(), 'plan', [[type, input]]))[type])).not.toEqual([])
      await make(host(), [right])
      const seen = (await run(host(), 'plan', [[type, input]]))[type]
      expect([changesOf(seen), seen?.said]).toEqual([[], ''])
    },
  )
})
