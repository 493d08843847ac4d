import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { contracts } from '../../src/resources/index.ts'
import { restoredFile } from '../../src/resources/restored-file.ts'
import { describeReal } from '../hosts/available.ts'
import { useHost } from '../hosts/use-hosts.ts'
import { testWith } from '../needs.ts'
import { diskPackages } from '../recipes/disks.ts'
import { linkPrograms } from './by-shell.ts'
import { unclaimed, unproved } from './checks.ts'
import { type HostCase, isChosen, isWhole, type LookCase } from './host-case.ts'
import { cases } from './host-cases.ts'
import { filesWritten } from './left-files.ts'
import { changesOf, failuresOf, make, run, type Seen, stepsOf } from './on-host.ts'
import { type Judged, judged, mend, neverAlone, unmissed } from './one-place.ts'

const types = [...Object.keys(contracts), restoredFile.definition.type]
const entries = Object.entries(cases).filter(([type]) => isChosen(type))
const applied = entries.flatMap(([type, each]): [string, HostCase][] =>
  'holds' in each ? [[type, each]] : [],
)
const looks = entries.flatMap(([type, each]): [string, LookCase][] => ('right' in each ? [[type, each]] : []))

test('every resource says what must be true of it on a host, and those that are asked for are among them', () => {
  expect(Object.keys(cases).sort()).toEqual(types.sort())
  expect(entries).not.toEqual([])
})

test.each(entries.flatMap(([type, each]) => ('title' in each ? [{ type, ...each }] : [])))(
  '$type is applied on real hosts by $file',
  ({ file, title }) => {
    const text = readFileSync(fileURLToPath(new URL(`../${file}`, import.meta.url)), 'utf8')
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
  // A host of few resources boots without the programs of the others.
  const needed = applied.flatMap(([, { packages = [] }]) => packages)
  const withPackages = needed.length > 0 ? [...diskPackages, 'git', 'ruby'] : []
  const host = useHost({ storage: 'disk-without-sync', withPackages })
  const all = applied.map(([type, { input }]) => [type, input] as const)

  beforeAll(async () => {
    await host().read(`mkdir -p /srv/c; cp /var/cache/apt/archives/tree_*.deb /root 2>/dev/null
      cd /var/cache/apt/archives && { ls tree_*.deb >/dev/null 2>&1 || apt-get download tree; }`)
    await make(
      host(),
      applied.flatMap(([, { setUp }]) => setUp ?? []),
    )
  }, 900_000)

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

  describe.skipIf(applied.length === 0)('what differs in one place alone', () => {
    const wrong = applied.flatMap(([type, each]) => [each.wrong].flat().map(place => ({ type, place })))
    let seen: readonly Judged[] = []
    let unseen: readonly string[] = []
    let planted: readonly string[] = []

    beforeAll(async () => {
      await linkPrograms(host())
      const rounds = Math.max(...applied.map(([, each]) => [each.wrong].flat().length))
      const made = new Map(all.map(([type, input]) => [type, stepsOf(type, input)]))
      const places = (of: (each: HostCase) => string | undefined) =>
        applied.flatMap(([type, each]) => {
          const place = of(each)
          return place === undefined ? [] : [{ type, place, steps: made.get(type) ?? [] }]
        })
      const found = [
        ...(await judged(
          host(),
          places(({ absent }) => absent),
        )),
      ]
      await run(host(), 'apply', all)
      for (let round = 0; round < rounds; round++) {
        const now = await judged(
          host(),
          places(each => [each.wrong].flat()[round]),
        )
        await mend(host(), now)
        found.push(...now)
      }
      seen = found
      unseen = await unmissed(host(), [...made.values()].flat())
      if (!isWhole) return
      const [sound] = stepsOf('file', { path: '/srv/c/file', content: 'wanted\n' })
      if (sound === undefined) throw new RangeError('no step')
      const owns = () => ['path:/srv/c/file', 'path:/srv/c/app.ini'] as const
      planted = await unmissed(host(), [{ ...sound, resource: { ...sound.resource, owns } }])
    }, 900_000)

    test.each(wrong)('$type sees: $place', ({ type, place }) => {
      const found = seen.find(each => each.type === type && each.place === place)
      expect(found?.verdicts.map(({ kind }) => kind)).toContain('change')
    })

    test.each(applied)('each key of %s is wrong by itself in one of its places', (type, each) => {
      expect(neverAlone(seen.filter(place => place.type === type)).toSorted()).toEqual(
        Object.keys(each.neverAlone ?? {}).toSorted(),
      )
    })

    test('is seen of every file that a step owns', () => {
      expect(unseen).toEqual([])
    })

    test.runIf(isWhole)('is caught where a resource owns a file that it does not look at', () => {
      expect(planted).toEqual([expect.stringContaining('does not look at /srv/c/app.ini')])
    })
  })

  describe.skipIf(applied.length === 0)("from what is somebody else's", () => {
    const refused = applied.filter(([, { foreign }]) => foreign.refused)
    const welcome = applied.filter(([, { foreign }]) => !foreign.refused)
    let plan: Seen = {}
    let notKept: Readonly<Record<string, string>> = {}
    let failures: Readonly<Record<string, string>> = {}
    beforeAll(async () => {
      await make(
        host(),
        applied.map(([, { foreign }]) => foreign.before),
      )
      // Each alone: what an earlier step may put right is no reason to refuse.
      for (const [type, { input }] of refused)
        plan = { ...plan, ...(await run(host(), 'plan', [[type, input]])) }
      await run(
        host(),
        'apply',
        welcome.map(([type, { input }]) => [type, input] as const),
      )
      failures = await failuresOf(
        host(),
        welcome.map(([type, { holds }]) => [type, holds] as const),
      )
      notKept = await failuresOf(
        host(),
        applied.map(([type, { foreign }]) => [type, foreign.kept] as const),
      )
    }, 900_000)

    test.each(refused)('%s refuses to touch it, and says why', (type, { foreign }) => {
      expect(plan[type]?.said).toMatch(foreign.refused ?? /never/)
      expect(notKept[type]).toBeUndefined()
    })

    test.each(welcome)('%s leaves it as it is, and has its own way beside it', type => {
      expect(failures[type]).toBeUndefined()
      expect(notKept[type]).toBeUndefined()
    })
  })

  const undone = applied.flatMap(([type, each]) =>
    'input' in each.undo ? [[type, each, each.undo] as const] : [],
  )
  describe.skipIf(undone.length === 0)('taken away again', () => {
    let failures: Readonly<Record<string, string>> = {}
    let second: Seen = {}
    beforeAll(async () => {
      const steps = undone.map(([type, , { input }]) => [type, input] as const)
      await run(
        host(),
        'apply',
        undone.map(([type, { input }]) => [type, input] as const),
      )
      await run(host(), 'apply', steps)
      second = await run(host(), 'plan', steps)
      failures = await failuresOf(
        host(),
        undone.map(([type, , { gone }]) => [type, gone] as const),
      )
    }, 900_000)

    test.each(undone)('%s is gone, and a second look asks for nothing', type => {
      expect(second[type]?.said).toBe('')
      expect(changesOf(second[type])).toEqual([])
      expect(failures[type]).toBeUndefined()
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
