import { beforeAll, describe, expect, test } from 'vitest'
import { linkPrograms } from '../by-shell.ts'
import { type HostCase, isWhole } from '../host-case.ts'
import { changesOf, failuresOf, make, run, type Seen, stepsOf } from '../on-host.ts'
import { all, applied, describeApplied, useAppliedHost } from './applied-host.ts'
import { type Judged, judged, mend, neverAlone, unmissed } from './one-place.ts'

describeApplied('on a host', () => {
  const host = useAppliedHost()

  describe('what differs in one place alone', () => {
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

  describe("from what is somebody else's", () => {
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
})
