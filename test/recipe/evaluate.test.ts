import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type ErrorData, InputErrors, inputError } from '../../src/base/errors.ts'
import { Secret } from '../../src/base/secret.ts'
import type { Claim } from '../../src/engine/claims.ts'
import { resource } from '../../src/engine/step.ts'
import { sh, z } from '../../src/index.ts'
import { evaluate } from '../../src/recipe/evaluate.ts'
import type { LoadedRecipe } from '../../src/recipe/load.ts'
import type { RecipeContext } from '../../src/recipe/recipe.ts'
import { file } from '../../src/resources/file.ts'
import type { Facts } from '../../src/run/facts.ts'

const host = { name: 'web1', address: '192.0.2.1', groups: ['web'] }
const facts = { os: { id: 'debian' }, cpus: 4 } as Facts

/** A resource whose steps write the claims they are given. */
const thing = resource({
  type: 'thing',
  doc: 'For tests.',
  params: z.strictObject({
    name: z.string().min(1),
    owns: z.array(z.string()).default([]),
    fails: z.boolean().optional(),
  }),
  examples: [
    { title: 'one', params: { name: 'a' } },
    { title: 'two', params: { name: 'b' } },
  ],
  identity: ({ name }) => name,
  probe: () => sh`echo x`,
  parse: () => ({}),
  desired: () => ({}),
  owns: ({ owns }) => owns as Claim[],
  prepare: (params, { folder }) => {
    if (params.fails) throw inputError(`cannot read ${join(folder, params.name)}`)
    return { ...params, name: params.name.toUpperCase() }
  },
})

type Steps = (context: RecipeContext<Record<never, never>>) => unknown

function loaded(steps: Steps): LoadedRecipe {
  const recipe = { summary: 's', params: {}, steps: steps as LoadedRecipe['recipe']['steps'] }
  return { name: 'app', file: '/recipes/app.ts', folder: '/recipes', origin: 'folder', recipe }
}

function namesOf(steps: Steps, known?: Facts): readonly string[] | 'needs facts' {
  const evaluation = evaluate(loaded(steps), {}, host, known)
  return 'steps' in evaluation ? evaluation.steps.map(step => step.name) : 'needs facts'
}

function errorsOf(steps: Steps): readonly ErrorData[] {
  try {
    evaluate(loaded(steps), {}, host)
    return []
  } catch (thrown) {
    if (thrown instanceof InputErrors) return thrown.errors
    throw thrown
  }
}

const titlesOf = (steps: Steps): readonly string[] => errorsOf(steps).map(each => each.title)

describe('evaluating a recipe', () => {
  test('flattens lists and drops what was left out', () => {
    const steps: Steps = () => [thing({ name: 'a' }), false, [null, [thing({ name: 'b' })], undefined], []]
    expect(namesOf(steps)).toEqual(['thing a', 'thing b'])
  })

  test('prepares params with the folder of the recipe', () => {
    const evaluation = evaluate(
      loaded(() => [thing({ name: 'a' })]),
      {},
      host,
    )
    expect('steps' in evaluation && evaluation.steps[0]?.params).toMatchObject({ name: 'A' })
  })

  test('asks for facts only when they are touched', () => {
    expect(namesOf(({ host: { name } }) => [thing({ name })])).toEqual(['thing web1'])
    expect(namesOf(({ facts: { os } }) => [thing({ name: os.id })])).toBe('needs facts')
    expect(namesOf(({ facts: known }) => [thing({ name: 'cpus' in known ? 'a' : 'b' })])).toBe('needs facts')
    expect(namesOf(({ facts: known }) => [thing({ name: JSON.stringify(known) })])).toBe('needs facts')
    expect(namesOf(({ facts: { os } }) => [thing({ name: os.id })], facts)).toEqual(['thing debian'])
  })

  test('asks for facts even when the recipe swallows the signal', () => {
    const steps: Steps = context => {
      try {
        return [thing({ name: context.facts.os.id })]
      } catch {
        throw new Error('my own')
      }
    }
    expect(namesOf(steps)).toBe('needs facts')
    const quiet: Steps = context => {
      try {
        return [thing({ name: context.facts.os.id })]
      } catch {
        return []
      }
    }
    expect(namesOf(quiet)).toBe('needs facts')
  })
})

describe('what is wrong with a recipe is told before anything is contacted', () => {
  test('an error that it throws has its line', () => {
    const [error] = errorsOf(() => {
      throw new TypeError('oh')
    })
    expect(error).toMatchObject({
      code: 'input',
      changed: 'no',
      title: 'recipe app: steps() throws TypeError: oh',
    })
    expect(error?.where?.file).toMatch(/evaluate\.test\.ts$/)
  })

  test.each<[string, Steps, string]>([
    [
      'a promise',
      async () => [],
      'recipe app: `steps` is async, but the list of steps must not depend on anything that is waited for',
    ],
    ['no list', () => thing({ name: 'a' }), 'recipe app: steps() returned an object, not a list of steps'],
    ['nothing', () => undefined, 'recipe app: steps() returned undefined, not a list of steps'],
    ['a resource that was not called', () => [[thing]], 'recipe app: steps[0][0] is a function, not a step'],
    ['a promised step', () => [Promise.resolve(1)], 'recipe app: steps[0] is a promise, not a step'],
    ['text', () => [false, 'apt'], 'recipe app: steps[1] is the string "apt", not a step'],
    ['true', () => [true], 'recipe app: steps[0] is the boolean true, not a step'],
  ])('%s', (_case, steps, title) => {
    expect(titlesOf(steps)).toEqual([title])
  })

  test('bad params of all steps, equal names and missing files come together', () => {
    const steps: Steps = () => [
      thing({ name: '' }),
      thing({ name: 'a' }),
      thing({ name: 'a' }),
      thing({ name: 'b', fails: true }),
    ]
    const errors = errorsOf(steps)
    expect(errors.map(each => each.title)).toEqual([
      expect.stringMatching(/^thing: name: /),
      'two steps are named `thing a`',
      'cannot read /recipes/b',
    ])
    expect(errors.every(each => each.where !== undefined)).toBe(true)
  })
})

describe('a secret inside other text', () => {
  const withSecret = (
    steps: Steps,
    params: Record<string, unknown> = { token: new Secret('hunter2-hunter2') },
  ) => {
    try {
      evaluate(loaded(steps), params, host)
      return []
    } catch (thrown) {
      return (thrown as InputErrors).errors
    }
  }
  const token = (params: Readonly<Record<string, unknown>>) => params.token as Secret

  test('would be written as its mask, so it is refused, with its line and what to write instead', () => {
    const [error, ...others] = withSecret(({ params }) => [
      file({ path: '/etc/a', content: `url=//u:${token(params)}@db\n` }),
      file({ path: '/etc/b', content: token(params) }),
    ])
    expect(others).toEqual([])
    expect(error).toMatchObject({
      code: 'input',
      title: 'file /etc/a: a secret inside other text would be written as [secret]',
      next: expect.stringContaining('template'),
    })
    expect(error?.where?.file).toMatch(/evaluate\.test\.ts$/)
  })

  test('is found at any depth', () => {
    expect(withSecret(({ params }) => [thing({ name: 'a', owns: [`path:/${token(params)}`] })])).toHaveLength(
      1,
    )
    expect(
      withSecret(({ params }) => [
        file({ path: '/etc/a', template: 'a', vars: { db: { url: `x${token(params)}` } } }),
      ])[0]?.title,
    ).toMatch(/^file \/etc\/a: a secret inside/)
  })

  test('is not suspected where the recipe has no secret', () => {
    const steps: Steps = () => [file({ path: '/etc/a', content: 'shown as [secret]' })]
    expect(withSecret(steps, { name: 'x' })).toEqual([])
  })
})

describe('two steps that write the same thing', () => {
  test.each<[string, string[], string[], boolean]>([
    ['the same file', ['path:/etc/a'], ['path:/etc/a'], true],
    ['a file and a key in it', ['path:/etc/a'], ['path:/etc/a#s/k'], true],
    ['two keys of one file', ['path:/etc/a#s/k'], ['path:/etc/a#s/l'], false],
    ['the same key', ['path:/etc/a#s/k'], ['path:/etc/a#s/k'], true],
    ['a tree and a file in it', ['path:/etc/x/'], ['path:/etc/x/y'], true],
    ['a file and a tree around it', ['path:/etc/x/y'], ['path:/etc/x/'], true],
    ['different files', ['path:/etc/a'], ['path:/etc/b'], false],
    ['all packages and one', ['pkg:*'], ['pkg:nginx'], true],
    ['a path and a unit', ['path:/a'], ['unit:/a'], false],
  ])('%s', (_case, one, other, conflict) => {
    const steps: Steps = () => [thing({ name: 'a', owns: one }), thing({ name: 'b', owns: other })]
    expect(titlesOf(steps)).toHaveLength(conflict ? 1 : 0)
    const built: Steps = () => [
      thing({ name: 'a', owns: one }),
      thing({ name: 'b', owns: other }, { buildsOn: 'thing a' }),
    ]
    expect(titlesOf(built)).toEqual([])
  })

  test('are both named, with what they write and where', () => {
    const [error] = errorsOf(() => [
      thing({ name: 'a', owns: ['path:/etc/a'] }),
      thing({ name: 'b', owns: ['path:/etc/a#s/k'] }),
    ])
    expect(error?.title).toBe('`thing b` and `thing a` both write /etc/a#s/k')
    expect(error?.detail).toMatch(/^The other one is at .*evaluate\.test\.ts:\d+\.$/)
    expect(error?.next).toContain('{ buildsOn: "thing a" }')
  })

  test('buildsOn must name an earlier step', () => {
    expect(titlesOf(() => [thing({ name: 'a' }, { buildsOn: 'thing b' }), thing({ name: 'b' })])).toEqual([
      'buildsOn names `thing b`, which does not come before it',
    ])
    const [error] = errorsOf(() => [
      thing({ name: 'alpha' }),
      thing({ name: 'b' }, { buildsOn: ['thing alhpa'] }),
    ])
    expect(error?.title).toBe('buildsOn names `thing alhpa`, but no step has that name')
    expect(error?.next).toContain('Did you mean thing alpha?')
  })

  test('a thousand steps are compared in an instant of their own names', () => {
    const many: Steps = () =>
      Array.from({ length: 1000 }, (_, index) => thing({ name: `n${index}`, owns: [`path:/etc/${index}`] }))
    expect(titlesOf(many)).toEqual([])
  })
})
