import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openSecretNotes } from '../../src/base/open-secrets.ts'
import { Secret } from '../../src/base/secret.ts'
import { secret, z } from '../../src/index.ts'
import { describeParams } from '../../src/params/param-docs.ts'
import { missingErrors, type ParamSources, resolveParams } from '../../src/params/resolve.ts'
import type { ParamShape, ParamsOwner } from '../../src/params/shape.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const folder = temporaryFolder({ password: 'hunter 2\n', empty: '\n' })

function recipeWith(params: ParamShape): ParamsOwner {
  return { kind: 'recipe', name: 'app', params, shownBy: 'ops recipes app' }
}

/** Resolves one param `x`: its value, or what is wrong. */
function resolved(type: z.ZodType, sources: ParamSources): unknown {
  const { params, errors, missing } = resolveParams(recipeWith({ x: type }), {
    environment: {},
    cwd: folder,
    ...sources,
  })
  if (errors.length > 0) return errors.map(each => each.title)
  return missing.length > 0 ? 'missing' : params.x
}

const fruit = z.enum(['apple', 'pear'])

describe('the text of a flag becomes a typed value', () => {
  test.each<[string, z.ZodType, string | string[], unknown]>([
    ['a number', z.number(), '42', 42],
    ['a negative number', z.number(), '-1.5e3', -1500],
    ['a number with a default', z.number().default(1), '2', 2],
    ['no number', z.number(), '4x', ['--x 4x: not a number']],
    ['nothing at all', z.number(), '', ['--x : not a number']],
    ['no finite number', z.number(), 'Infinity', ['--x Infinity: not a number']],
    ['a number out of range', z.number().int().max(9), '10', ['--x 10: Too big: expected number to be <=9']],
    [
      'a fraction for a whole number',
      z.number().int(),
      '1.5',
      ['--x 1.5: Invalid input: expected int, received number'],
    ],
    ['text that looks like a number', z.string(), '042', '042'],
    ['empty text', z.string(), '', ''],
    ['a choice', fruit, 'pear', 'pear'],
    ['no choice', fruit, 'plum', ['--x plum: not one of apple, pear']],
    ['a number among choices', z.literal([1, 2]), '2', 2],
    ['a boolean in words', z.boolean(), 'yes', true],
    ['a boolean off', z.boolean().optional(), 'off', false],
    ['no boolean', z.boolean(), 'maybe', ['--x maybe: neither yes nor no']],
    ['a list by commas', z.array(z.number()), '1, 2,3', [1, 2, 3]],
    ['a list by repeating', z.array(fruit), ['apple', 'pear'], ['apple', 'pear']],
    [
      'a list with a wrong element',
      z.array(fruit),
      'apple,plum',
      ['--x apple,plum: "plum" is not one of apple, pear'],
    ],
    ['an empty list', z.array(z.string()), '', []],
    ['a list as JSON, for elements with commas', z.array(z.string()), '["a,b","c"]', ['a,b', 'c']],
    [
      'a list of addresses in brackets, which are no JSON',
      z.array(z.string()),
      '[::1]:80,[fd00::1]',
      ['[::1]:80', '[fd00::1]'],
    ],
    ['a set', z.set(z.string()), 'a,b,a', new Set(['a', 'b'])],
    ['one of several types', z.union([z.number(), z.literal('auto')]), 'auto', 'auto'],
    ['one of several types, the number', z.union([z.number(), z.literal('auto')]), '8', 8],
    ['an object as JSON', z.object({ a: z.number() }), '{"a":1}', { a: 1 }],
    ['broken JSON', z.object({}), '{', [expect.stringMatching(/^--x \{: not JSON/)]],
    ['a transformed text', z.string().transform(text => text.length), 'abc', 3],
    ['text through a preprocess', z.preprocess(value => value, z.number()), '7', 7],
    ['a big whole number', z.bigint(), '12345678901234567890', 12345678901234567890n],
    ['given twice where one is meant', z.number(), ['1', '2'], ['--x 1,2: given more than once']],
  ])('%s', (_case, type, flag, expected) => {
    expect(resolved(type, { flags: { x: flag } })).toEqual(expected)
  })

  test('a boolean flag is a boolean', () => {
    expect(resolved(z.boolean().default(true), { flags: { x: false } })).toBe(false)
  })
})

describe('where a value comes from', () => {
  const where = { file: join(folder, 'ops.ini'), line: 7 }
  const inventory = [{ name: 'x', value: '5', where }]

  test('a flag comes before ops.ini, ops.ini before the default', () => {
    const type = z.number().default(1)
    expect(resolved(type, { flags: { x: '9' }, inventory })).toBe(9)
    expect(resolved(type, { inventory })).toBe(5)
    expect(resolved(type, {})).toBe(1)
  })

  test('an error in ops.ini has its line', () => {
    const { errors } = resolveParams(recipeWith({ x: fruit }), { inventory })
    expect(errors[0]).toMatchObject({ title: 'x 5: not one of apple, pear', where })
  })

  test('ops.ini may use the spelling of the flag, but not twice', () => {
    const recipe = recipeWith({ maxClients: z.number() })
    expect(
      resolveParams(recipe, { inventory: [{ name: 'max-clients', value: '3', where }] }).params.maxClients,
    ).toBe(3)
    const twice = [
      { name: 'max-clients', value: '3', where },
      { name: 'maxClients', value: '4', where },
    ]
    expect(resolveParams(recipe, { inventory: twice }).errors[0]?.title).toBe(
      '[params app] sets maxClients twice, first on line 7',
    )
  })

  test('a name that the recipe does not have is refused with the nearest', () => {
    const { errors } = resolveParams(recipeWith({ listen: z.number() }), {
      flags: { listen: '1' },
      inventory: [{ name: 'listne', value: '1', where }],
    })
    expect(errors[0]).toMatchObject({
      title: '[params app] sets listne, but the recipe has no such param',
      where,
    })
    expect(errors[0]?.next).toContain('Did you mean listen?')
  })

  test('a job is told from a recipe, and by which command its params are shown', () => {
    const job: ParamsOwner = {
      kind: 'job',
      name: 'nightly',
      params: { by: fruit },
      shownBy: 'ops job plan nightly',
    }
    expect(resolveParams(job, { flags: { bye: 'x' } }).errors[0]).toMatchObject({
      title: 'job nightly has no param bye',
      next: 'Did you mean by? `ops job plan nightly` shows its params.',
    })
  })

  test('what is missing is listed, to be asked for or told', () => {
    const recipe = recipeWith({ a: z.string().describe('The first.'), b: z.number().optional(), c: secret() })
    const { missing } = resolveParams(recipe, { environment: {} })
    expect(missing.map(each => each.name)).toEqual(['a', 'c'])
    expect(missingErrors(recipe, missing).map(each => [each.title, each.next])).toEqual([
      ['param a is missing', 'Give it as --a <text>, or as `a = ...` under [params app] in ops.ini.'],
      [
        'param c is missing',
        'Give it as --c @FILE, as --c - (standard input), by a program (--c age:FILE, op://...), or in the environment as OPS_PARAM_C.',
      ],
    ])
    expect(resolveParams(recipe, { answers: { a: 'x', c: new Secret('y') } }).missing).toEqual([])
  })

  test('everything wrong is told at once', () => {
    const recipe = recipeWith({ a: z.number(), b: fruit, c: z.string() })
    const { errors, missing } = resolveParams(recipe, { flags: { a: 'x', b: 'y' } })
    expect(errors).toHaveLength(2)
    expect(missing).toHaveLength(1)
  })
})

describe('a secret', () => {
  const reveal = (value: unknown): unknown => (value instanceof Secret ? value.reveal() : value)

  test('comes from a file, without the line feed at its end', () => {
    expect(reveal(resolved(secret(), { flags: { x: '@password' } }))).toBe('hunter 2')
    expect(reveal(resolved(secret().optional(), { flags: { x: `@${folder}/password` } }))).toBe('hunter 2')
  })

  test('in a file that every user may read is told with the way to close it', () => {
    const notes = (): readonly string[] => {
      resolved(secret(), { flags: { x: '@password' } })
      return openSecretNotes()
    }
    chmodSync(join(folder, 'password'), 0o644)
    chmodSync(folder, 0o700)
    expect(notes()).toEqual([])
    chmodSync(folder, 0o755)
    chmodSync(join(folder, 'password'), 0o640)
    expect(notes()).toEqual([])
    chmodSync(join(folder, 'password'), 0o644)
    expect(notes()).toEqual([expect.stringContaining(`(mode 644): chmod go= ${join(folder, 'password')}`)])
  })

  test('comes from the environment, where a flag does not say otherwise', () => {
    const environment = { OPS_PARAM_X: 'from there' }
    expect(reveal(resolved(secret(), { environment }))).toBe('from there')
    expect(reveal(resolved(secret(), { environment, flags: { x: '@password' } }))).toBe('hunter 2')
  })

  test('comes from a file that ops.ini names, relative to it', () => {
    const where = { file: join(folder, 'ops.ini'), line: 1 }
    expect(
      reveal(resolved(secret(), { cwd: '/', inventory: [{ name: 'x', value: '@password', where }] })),
    ).toBe('hunter 2')
  })

  test.each([
    [
      'hunter2',
      '--x: a secret is not given as plain text: write @FILE, - for standard input, or name a program (age:FILE, op://...)',
    ],
    [
      '@',
      '--x: a secret is not given as plain text: write @FILE, - for standard input, or name a program (age:FILE, op://...)',
    ],
    ['@nowhere', expect.stringMatching(/^--x: cannot read .*nowhere: ENOENT/)],
    ['@empty', expect.stringMatching(/^--x: .*empty is empty$/)],
  ])('%s is refused, and never repeated', (flag, title) => {
    expect(resolved(secret(), { flags: { x: flag } })).toEqual([title])
  })

  test.each(['@nowhere', '@empty'])('%s says what to do about the file', flag => {
    const { errors } = resolveParams(recipeWith({ x: secret() }), { flags: { x: flag }, cwd: folder })
    expect(errors[0]?.next).toContain('Write the secret into')
  })

  test('prints as [secret] wherever it lands', () => {
    const value = resolved(secret().describe('the password'), { flags: { x: '@password' } })
    expect(`${value} ${JSON.stringify({ value })}`).toBe('[secret] {"value":"[secret]"}')
  })
})

test('params describe themselves for flags and help', () => {
  const docs = describeParams({
    listen: z.number().int().min(1).max(65535).default(8080).describe('Port to listen on.'),
    maxClients: z.number().min(1).optional(),
    HTTPProxy: z.url().optional().describe('Proxy.'),
    debug: z.boolean().default(false),
    groups: z.array(fruit).default(['apple']).describe('Which.'),
    password: secret().describe('Of the database.'),
    mode: z.union([z.number(), z.literal('auto')]),
  })
  expect(
    docs.map(({ flag, placeholder, negation, type, default: value, required, help }) =>
      [flag, placeholder ?? negation, type, value, required, help].join(' · '),
    ),
  ).toMatchInlineSnapshot(`
    [
      "--listen · number · whole number from 1 to 65535 · 8080 · false · Port to listen on.",
      "--max-clients · number · number, 1 or more ·  · false · ",
      "--httpproxy · text · url ·  · false · Proxy.",
      "--debug · --no-debug · yes or no · false · false · ",
      "--groups · apple|pear,... · list of apple | pear · apple · false · Which.",
      "--password · @file · secret ·  · true · Of the database.",
      "--mode · text · number or auto ·  · true · ",
    ]
  `)
})
