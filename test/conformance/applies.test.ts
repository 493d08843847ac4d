import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { changeOf } from '../../src/engine/diff.ts'
import type { PlannedStep } from '../../src/engine/plan/planned-step.ts'
import { runHosts } from '../../src/engine/run.ts'
import type { Step } from '../../src/engine/step.ts'
import { compositions, contracts, resources } from '../../src/resources/index.ts'
import { restoredFile } from '../../src/resources/restored-file.ts'
import { Interrupt } from '../../src/run/interrupt.ts'
import { quote } from '../../src/shell/quote.ts'
import { describeReal } from '../hosts/available.ts'
import { useHost } from '../hosts/use-hosts.ts'
import { diskPackages } from '../recipes/disks.ts'
import { type Asked, applyOf, askAll, linkPrograms, lookOf, verdictOf } from './by-shell.ts'
import { unclaimed } from './checks.ts'
import { cases, type HostCase, type LookCase } from './host-cases.ts'

const types = [...Object.keys(contracts), restoredFile.definition.type]
const entries = Object.entries(cases)
const applied = entries.flatMap(([type, each]): [string, HostCase][] =>
  'holds' in each ? [[type, each]] : [],
)
const looks = entries.flatMap(([type, each]): [string, LookCase][] => ('right' in each ? [[type, each]] : []))

test('every resource says what must be true of it on a host', () => {
  expect(Object.keys(cases).sort()).toEqual(types.sort())
})

test.each(entries.flatMap(([type, each]) => ('title' in each ? [{ type, ...each }] : [])))(
  '$type is applied on real hosts by $file',
  ({ file, title }) => {
    const text = readFileSync(fileURLToPath(new URL(`../${file}`, import.meta.url)), 'utf8')
    expect(text).toContain(`test('${title}'`)
  },
)

/** What became of the steps of one run, by resource; one that is made of others has several. */
type Seen = Readonly<Record<string, { readonly steps: readonly PlannedStep[]; readonly said: string }>>

/** The keys that are not as desired. */
function changesOf(seen: Seen[string] | undefined): readonly string[] {
  const changes = (seen?.steps ?? []).map(({ step, actual, desired }) =>
    changeOf(step.resource, actual, desired),
  )
  return changes.flatMap(change => change?.keys.map(({ key }) => key) ?? [])
}

describeReal('on a host', () => {
  const host = useHost({ storage: 'disk-without-sync', withPackages: [...diskPackages, 'git', 'ruby'] })

  const stepsOf = (type: string, input: unknown): readonly Step[] => {
    const made = (resources[type] ?? compositions[type])?.(input)
    if (!made) throw new RangeError(`no resource ${type}`)
    const steps = [made].flat()
    expect(steps.flatMap(({ problems }) => problems)).toEqual([])
    return steps
  }

  /** Runs steps as a recipe would; what each was planned as, and what was said of it. */
  const run = async (
    verb: 'plan' | 'apply',
    steps: readonly (readonly [string, unknown])[],
  ): Promise<Seen> => {
    const said: string[] = []
    const outcome = await runHosts({
      verb,
      hosts: [
        {
          target: { name: host().name, destination: host().name, sshConfigFile: host().sshConfig },
          evaluate: () => ({ steps: steps.flatMap(([type, input]) => stepsOf(type, input)) }),
        },
      ],
      limit: 1,
      emit: event => {
        if (event.event === 'error') said.push(`${event.error.title} ${event.error.said ?? ''}`)
      },
      interrupt: new Interrupt(),
    })
    if (verb === 'apply') {
      const { failed, skipped } = outcome.hosts[host().name] ?? {}
      expect({ failed, skipped, said }).toEqual({ failed: 0, skipped: 0, said: [] })
    }
    const planned = [...(outcome.planned.get(host().name)?.planned ?? [])]
    return Object.fromEntries(
      steps.map(([type, input]) => {
        const own = planned.splice(0, stepsOf(type, input).length)
        if (own.length === 0) throw new Error(`${type} was not planned: ${said.join('; ')}`)
        return [type, { steps: own, said: own.flatMap(({ error }) => error?.title ?? []).join('; ') }]
      }),
    )
  }

  /** The codes of many scripts in one go, by resource. */
  const shell = async (scripts: readonly (readonly [string, string])[]): Promise<Record<string, string>> => {
    const text = scripts.map(
      ([, script], index) => `( set -e\n${script}\n) >/tmp/c-${index} 2>&1 </dev/null; echo $?`,
    )
    const codes = (await host().read(text.join('\n'))).trim().split('\n')
    const failed = scripts.flatMap(([type], index) => (codes[index] === '0' ? [] : [{ type, index }]))
    const told = failed.map(async ({ type, index }) => [
      type,
      `failed: ${await host().read(`cat /tmp/c-${index}`)}`,
    ])
    return Object.fromEntries(await Promise.all(told))
  }

  /** Makes the host so; that a thing cannot be taken away which is not there is fine. */
  const make = (scripts: readonly (readonly [string, string])[]) =>
    host().read(`${scripts.map(([, script]) => `( ${script}\n) >/dev/null 2>&1 </dev/null`).join('\n')}\n:`)

  beforeAll(async () => {
    await host().read(`mkdir -p /srv/c; cp /var/cache/apt/archives/tree_*.deb /root 2>/dev/null
      cd /var/cache/apt/archives && { ls tree_*.deb >/dev/null 2>&1 || apt-get download tree; }`)
    await make(applied.flatMap(([type, { setUp }]) => (setUp === undefined ? [] : [[type, setUp] as const])))
  }, 300_000)

  const all = applied.map(([type, { input }]) => [type, input] as const)

  describe.each(['absent', 'wrong'] as const)('from %s', before => {
    let first: Seen = {}
    let second: Seen = {}
    let holds: Readonly<Record<string, string>> = {}
    let written: readonly string[] = []
    beforeAll(async () => {
      await make(applied.map(([type, each]) => [type, [each[before]].flat().join('\n')] as const))
      await host().read('touch /run/conformance')
      first = await run('plan', all)
      await run('apply', all)
      const found = await host().read('find /etc /srv /home /opt -xdev ! -type d -cnewer /run/conformance')
      written = found.split('\n').filter(path => path !== '' && !/\/\.ops[.]/.test(path))
      second = await run('plan', all)
      holds = await shell(applied.map(([type, each]) => [type, each.holds] as const))
    }, 300_000)

    test.each(applied)('%s sees it, brings it about, and asks for nothing more', type => {
      expect(first[type]?.said).toBe('')
      expect(changesOf(first[type]), 'what the first look asks for').not.toEqual([])
      expect(second[type]?.said).toBe('')
      expect(changesOf(second[type]), 'what the second look asks for').toEqual([])
      expect(holds[type], 'what other programs say').toBeUndefined()
    })

    test('nothing is written that no step claims', () => {
      // A command and a package claim anything at all, which would tell nothing of the others.
      const claimsWithout = (...types: readonly string[]) =>
        Object.values(first)
          .flatMap(({ steps }) => steps)
          .filter(({ step }) => !types.includes(step.resource.type))
          .flatMap(({ step, affects }) => [...affects, ...(step.resource.owns?.(step.params) ?? [])])
      const commanded = 'path:/srv/c/commanded'
      expect(unclaimed(written, [...claimsWithout('command', 'apt'), commanded])).toEqual([])
      if (before === 'absent')
        expect(unclaimed(written, [...claimsWithout('command', 'apt', 'link'), commanded])).toEqual([
          '/srv/c/link',
        ])
    })
  })

  describe('what differs in one place alone', () => {
    const several = applied.flatMap(([type, { wrong, input }]) =>
      typeof wrong === 'string' ? [] : [{ type, wrong, steps: () => stepsOf(type, input) }],
    )
    const places = several.flatMap(({ type, wrong }) => wrong.map(place => ({ type, place })))
    const seen = new Map<string, readonly string[]>()
    let unseen: readonly string[] = []
    let planted: readonly string[] = []

    /** What each of these steps would do now; each `before` is done to the host first, once for its case. */
    const verdicts = async (asked: readonly Asked[]) =>
      (await askAll(host(), asked)).map((said, at) => ({ ...asked[at], said, ...told(asked[at], said) }))
    const told = (asked: Asked | undefined, said: Parameters<typeof verdictOf>[1]) => {
      if (asked === undefined) throw new RangeError('nothing was asked')
      return { step: asked.step, verdict: verdictOf(asked.step, said) }
    }

    /** Files that these steps own alone, emptied one at a time: those that nobody missed. */
    const unmissed = async (steps: readonly Step[]): Promise<readonly string[]> => {
      const owned = steps.flatMap(step =>
        (step.resource.owns?.(step.params) ?? [])
          .filter(claim => /^path:(?!\/proc\/)[^#*]*[^/#*]$/.test(claim))
          .map(claim => ({ step, path: claim.slice('path:'.length) })),
      )
      const paths = owned.map(({ path }) => quote(path)).join(' ')
      const there = await host().read(
        `for each in ${paths}; do [ ! -f "$each" ] || [ -L "$each" ] || [ ! -s "$each" ] || echo "$each"; done`,
      )
      const emptied = owned.filter(({ path }) => there.split('\n').includes(path))
      const aside = '/run/by-shell/aside'
      const asked = emptied.map(({ step, path }) => ({
        step,
        text: lookOf(step),
        before: `cp -a ${quote(path)} ${aside}; : >${quote(path)}`,
        after: `cp -a ${aside} ${quote(path)}`,
      }))
      const found = await verdicts(asked)
      return found.flatMap(({ verdict, step }, at) =>
        verdict.kind === 'ok' ? [`${step.name} does not look at ${emptied[at]?.path}`] : [],
      )
    }

    beforeAll(async () => {
      await linkPrograms(host())
      await run('apply', all)
      for (const round of [0, 1, 2]) {
        const now = several.flatMap(({ type, wrong, steps }) => {
          const place = wrong[round]
          return place === undefined ? [] : [{ type, place, steps: steps() }]
        })
        const asked = now.flatMap(({ place, steps }) =>
          steps.map((step, at) => ({ step, text: lookOf(step), ...(at === 0 && { before: place }) })),
        )
        const found = await verdicts(asked)
        for (const { type, place, steps } of now) {
          const own = found.filter(({ step }) => steps.includes(step))
          seen.set(
            `${type} ${place}`,
            own.map(({ verdict }) => verdict.kind),
          )
        }
        const mending = found.flatMap(({ step, verdict }) =>
          verdict.kind === 'change' ? [{ step, text: applyOf(step, verdict.change) }] : [],
        )
        const mended = await askAll(host(), mending)
        expect(
          mended.flatMap(({ code, stderr }, at) => (code === 0 ? [] : [mending[at]?.step.name, stderr])),
        ).toEqual([])
      }
      unseen = await unmissed(all.flatMap(([type, input]) => stepsOf(type, input)))
      const sound = stepsOf('file', { path: '/srv/c/file', content: 'wanted\n' })
      planted = await unmissed(
        sound.map(step => ({
          ...step,
          resource: { ...step.resource, owns: () => ['path:/srv/c/file', 'path:/srv/c/app.ini'] as const },
        })),
      )
    }, 300_000)

    test.each(places)('$type sees: $place', ({ type, place }) => {
      expect(seen.get(`${type} ${place}`)).toContain('change')
    })

    test('is seen of every file that a step owns', () => {
      expect(unseen).toEqual([])
    })

    test('is caught where a resource owns a file that it does not look at', () => {
      expect(planted).toEqual([expect.stringContaining('does not look at /srv/c/app.ini')])
    })
  })

  describe("from what is somebody else's", () => {
    const refused = applied.filter(([, { foreign }]) => foreign.refused)
    const welcome = applied.filter(([, { foreign }]) => !foreign.refused)
    let plan: Seen = {}
    let kept: Readonly<Record<string, string>> = {}
    let holds: Readonly<Record<string, string>> = {}
    beforeAll(async () => {
      await make(applied.map(([type, { foreign }]) => [type, foreign.before] as const))
      // Each alone: what an earlier step may put right is no reason to refuse.
      for (const [type, { input }] of refused) plan = { ...plan, ...(await run('plan', [[type, input]])) }
      await run(
        'apply',
        welcome.map(([type, { input }]) => [type, input] as const),
      )
      holds = await shell(welcome.map(([type, each]) => [type, each.holds] as const))
      kept = await shell(applied.map(([type, { foreign }]) => [type, foreign.kept] as const))
    }, 300_000)

    test.each(refused)('%s refuses to touch it, and says why', (type, { foreign }) => {
      expect(plan[type]?.said).toMatch(foreign.refused ?? /never/)
      expect(kept[type]).toBeUndefined()
    })

    test.each(welcome)('%s leaves it as it is, and has its own way beside it', type => {
      expect(holds[type]).toBeUndefined()
      expect(kept[type]).toBeUndefined()
    })
  })

  describe('taken away again', () => {
    const undone = applied.flatMap(([type, each]) =>
      'input' in each.undo ? [[type, each, each.undo] as const] : [],
    )
    let gone: Readonly<Record<string, string>> = {}
    let second: Seen = {}
    beforeAll(async () => {
      const steps = undone.map(([type, , { input }]) => [type, input] as const)
      await run(
        'apply',
        undone.map(([type, { input }]) => [type, input] as const),
      )
      await run('apply', steps)
      second = await run('plan', steps)
      gone = await shell(undone.map(([type, , each]) => [type, each.gone] as const))
    }, 300_000)

    test.each(undone)('%s is gone, and a second look asks for nothing', type => {
      expect(second[type]?.said).toBe('')
      expect(changesOf(second[type])).toEqual([])
      expect(gone[type]).toBeUndefined()
    })
  })

  test.each(looks)(
    '%s finds what is wrong, and nothing when it is right',
    async (type, { input, wrong, right }) => {
      await make([[type, wrong]])
      expect(changesOf((await run('plan', [[type, input]]))[type])).not.toEqual([])
      await make([[type, right]])
      const seen = (await run('plan', [[type, input]]))[type]
      expect([changesOf(seen), seen?.said]).toEqual([[], ''])
    },
  )
})
