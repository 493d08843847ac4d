import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { changeOf } from '../../src/engine/diff.ts'
import { describeResource } from '../../src/resources/docs/describe.ts'
import { compositions, contracts, resources } from '../../src/resources/index.ts'
import { hasProgram, testWith } from '../needs.ts'
import { librariesOf, shells } from '../resources/shells.ts'
import {
  bashisms,
  bashismsAndSplitWords,
  misnamed,
  missingFunctions,
  secretsInArguments,
  unreadable,
} from './checks.ts'
import { isChosen, isWhole } from './host-case.ts'
import { describeKinds, kinds } from './kinds.ts'
import { accepted, textsOf } from './resource-texts.ts'

test('resources are listed in the order of the alphabet', () => {
  expect(Object.keys(contracts)).toEqual(Object.keys(contracts).sort())
})

test('what is made of others says in its page what an undo does about it', () => {
  for (const { composition } of Object.values(compositions)) expect(composition.undone).toMatch(/^[A-Z].*\.$/)
})

test('resources have the type that they are called by', () => {
  expect(misnamed(contracts)).toEqual([])
})

test('each param has a sentence in the page of its resource', () => {
  expect(
    Object.values(contracts).flatMap(contract =>
      describeResource(contract)
        .params.filter(({ help }) => !/^\S.{4}/.test(help))
        .map(({ name }) => `${contract.type}.${name} has no .describe()`),
    ),
  ).toEqual([])
})

describeKinds(resource => {
  const examples = resource.examples.map(({ params }) => accepted(resource, params))

  test('is documented in one sentence, with at least two examples that it accepts', () => {
    expect(resource.doc).toMatch(/^[A-Z].*\.$/)
    expect(examples.length).toBeGreaterThanOrEqual(2)
    for (const [index, params] of examples.entries())
      expect(params, resource.examples[index]?.title).toBeDefined()
    expect(new Set(resource.examples.map(({ title }) => title)).size).toBe(examples.length)
  })

  test('says in its page what an undo does about it, and promises nothing where it has no way back', () => {
    const words = resource.undone
    if (!resource.apply) return expect(words).toBeUndefined()
    if (!Object.hasOwn(resources, resource.type)) return
    expect(words).toMatch(/^[A-Z].*\.$/)
    if (resource.wayBack === undefined) expect(words).toMatch(/^Nothing, and the plan says so|stays\.$/)
  })

  test('names its examples apart, each on one line', () => {
    const identities = examples.map(params => resource.identity(params))
    expect(new Set(identities).size).toBeGreaterThanOrEqual(2)
    for (const identity of identities) expect(identity).toMatch(/^\S.*$/)
  })

  test('wants nothing of a state that is as desired', () => {
    for (const params of examples) {
      const desired = resource.desired(params)
      expect(Object.keys(desired).length).toBeGreaterThan(0)
      expect(changeOf(resource, desired, desired)).toBeUndefined()
    }
  })

  test('makes claims that name something', () => {
    for (const params of examples) {
      const claims = [resource.reads?.(params), resource.owns?.(params), resource.affects?.(params, '')]
      for (const claim of claims.flatMap(each => each ?? [])) {
        expect(claim).toMatch(/^(any:\*|path:\/|(pkg|unit|user|group|port):.)/)
      }
    }
  })

  test.each(shells)('writes shell that $name can read', shell => {
    const texts = new Set([librariesOf(resource), ...examples.flatMap(params => textsOf(resource, params))])
    expect(unreadable([...texts], shell)).toBe('')
  })

  test('hands no secret to a program as an argument', () => {
    expect(secretsInArguments(resource)).toEqual([])
  })

  test('calls no function that its libraries do not bring', () => {
    expect(missingFunctions(resource)).toEqual([])
  })
})

describe.each(
  Object.values(compositions)
    .map(({ composition }) => ({ type: composition.type, composition }))
    .filter(({ type }) => isChosen(type)),
)('$type', ({ composition }) => {
  const { params, examples } = composition
  const made = examples.map(example =>
    composition.steps(params.parse(example.params)).flatMap(step => step || []),
  )

  test('is documented in one sentence, with at least two examples that it accepts', () => {
    expect(composition.doc).toMatch(/^[A-Z].*\.$/)
    expect(new Set(examples.map(({ title }) => title)).size).toBeGreaterThanOrEqual(2)
  })

  test('is made of steps that are sound, and no two of which own one thing', () => {
    for (const steps of made) {
      expect(steps.length).toBeGreaterThan(0)
      expect(steps.flatMap(({ problems }) => problems)).toEqual([])
      const claims = steps.flatMap(step => step.resource.owns?.(step.params) ?? [])
      expect(new Set(claims).size).toBe(claims.length)
    }
  })
})

test('what is wrong with the params of a whole is told of the whole, where the recipe wrote it', () => {
  const [step, ...more] = compositions.timer?.({ name: 'a b', run: 'x', at: 'daily' }) ?? []
  expect(more).toEqual([])
  expect(step?.problems[0]?.title).toBe('timer: name: must be letters, digits, - and _')
  expect(step?.where?.file).toContain('resources.test.ts')
})

/** Every function that any text for a host defines: what is defined twice would be whichever came last. */
test('functions of the shell have one definition each, the engine among them', () => {
  const owners = new Map<string, string[]>()
  for (const file of readdirSync('src', { recursive: true, encoding: 'utf8' })) {
    if (!/\.(?:ts|sh)$/.test(file)) continue
    for (const [, defined = ''] of readFileSync(join('src', file), 'utf8').matchAll(
      /^ *(ops_[a-z_]+)\(\) *[{(]/gm,
    )) {
      owners.set(defined, [...(owners.get(defined) ?? []), file])
    }
  }
  // A step for another user has its own, without a channel for details.
  for (const name of ['ops_detail', 'ops_wants_detail']) owners.delete(name)
  expect(owners.size).toBeGreaterThan(200)
  expect([...owners].filter(([, files]) => files.length > 1)).toEqual([])
})

testWith('shellcheck')(
  'no look, no change and no library is more than POSIX sh',
  { timeout: 300_000 },
  () => {
    // What all resources share is read with all of them.
    const libraries = new Map(
      kinds.flatMap(({ type, library }) =>
        (library ?? []).flatMap(({ name, text }) => (isWhole || name === type ? [[name, text]] : [])),
      ),
    )
    const texts = new Set(
      kinds.flatMap(kind => kind.examples.flatMap(({ params }) => textsOf(kind, accepted(kind, params)))),
    )
    expect(bashisms(...libraries.values())).toEqual([])
    // Functions of a library split lists of their own on purpose.
    expect(bashismsAndSplitWords([...texts].join('\n'))).toEqual([])
  },
)

/** Programs for awk stand between single quotes; a mistake in one would end a pipe without a word. */
const awkPrograms = Object.values(resources).flatMap(({ definition }) =>
  (definition.library ?? []).flatMap(({ name, text }) =>
    [...text.matchAll(/\bawk\b[^'|;\n]*'([^']{20,})'/g)].map(([, program = '']) => ({ name, program })),
  ),
)

test.runIf(isWhole).each(['mawk', 'gawk', 'busybox'].filter(hasProgram))(
  'every program for awk is one for %s',
  awk => {
    expect(awkPrograms.length).toBeGreaterThan(20)
    const argv = awk === 'busybox' ? ['busybox', 'awk'] : [awk]
    const wrong = awkPrograms.flatMap(({ name, program }) => {
      const { status, stderr } = spawnSync(argv[0] ?? '', [...argv.slice(1), `BEGIN { exit }\n${program}`], {
        input: '',
        encoding: 'utf8',
      })
      return status === 0 || !/syntax|illegal|undefined|scalar|array/i.test(stderr)
        ? []
        : [`${name}: ${stderr}`]
    })
    expect([...new Set(wrong)]).toEqual([])
  },
)
