import { chmodSync, cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { type ErrorData, InputErrors, OpsError } from '../../src/base/errors.ts'
import { Secret } from '../../src/base/secret.ts'
import { recipeLibrary as library } from '../../src/cli/recipe-library.ts'
import { z } from '../../src/index.ts'
import { listRecipes, loadRecipe } from '../../src/recipe/load.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const good = `import { command, recipe, z } from 'ops-recipes'
import { port } from './_shared.ts'

interface Settings {
  readonly port: number
}

export default recipe({
  summary: 'A good one.',
  params: { listen: z.number().int().default(port satisfies number) },
  steps: ({ params }) => {
    const settings: Settings = { port: params.listen }
    return [command({ run: \`echo \${settings.port}\`, creates: '/x' })]
  },
})
`

const folder = temporaryFolder({
  'recipes/good.ts': good,
  'recipes/_shared.ts': 'export const port: number = 8080\n',
  'recipes/declared.ts': `import { recipe } from 'ops-recipes'
import { port } from './_plain.js'
port satisfies number
export default recipe({ summary: 'Declared.', params: {}, steps: () => [] })
`,
  'recipes/_plain.js': 'export const port = 8080\n',
  'recipes/plain.mjs':
    "import { recipe } from 'ops-recipes'\nexport default recipe({ summary: 'Plain.', params: {}, steps: () => [] })\n",
  'recipes/bare.ts': `import { command, recipe } from 'ops-recipes'
export default recipe({ summary: 'No params.', steps: ({ host }) => [command({ run: host.name, creates: '/x' })] })
`,
  'recipes/bare-wrong.ts': `import { command, recipe } from 'ops-recipes'
export default recipe({ summary: 'No params.', steps: ({ params }) => [command({ run: params.name, creates: '/x' })] })
`,
  'recipes/syntax.ts':
    "import { recipe } from 'ops-recipes'\n\nexport default recipe({\n  summary: 'a' 'b',\n  params: {},\n})\n",
  'recipes/shared-syntax.ts': "import { x } from './_broken.ts'\nexport default x\n",
  'recipes/_broken.ts': 'export const x = (\n',
  'recipes/types.ts': `import { command, recipe, z } from 'ops-recipes'
export default recipe({
  summary: 'Wrong types.',
  params: { listen: z.number().default(1) },
  steps: ({ params }) => [
    command({ run: params.lissten, creates: '/x' }),
    command({ run: 3, creates: '/x' }),
  ],
})
`,
  'recipes/slip.ts': `import { recipe, z } from 'ops-recipes'
export default recipe({ summary: 'A slip.', params: { a: z.strng() }, steps: () => [] })
`,
  'recipes/missing.ts': "import { x } from './nowhere.ts'\nexport default x\n",
  'recipes/package.ts': "import chalk from 'no-such-package-anywhere'\nexport default chalk\n",
  'recipes/throws.js': "\n\nthrow new Error('at once')\n",
  'recipes/empty.ts': 'export const nothing = 1\n',
  'recipes/we ird.ts': good,
  'recipes/number.js': 'export default 42\n',
  'recipes/shapeless.js': `export default { summary: '', params: { help: 1, noCache: 2, 'bad-name': 3 }, steps: [] }\n`,
  'recipes/async.js': `export default { summary: 'x', params: {}, steps: async () => [] }\n`,
  'recipes/same-flag.js': `import { z } from 'ops-recipes'
export default { summary: 'x', params: { aB: z.string(), a_b: z.string() }, steps: () => [] }\n`,
  'recipes/secret.ts': `import { command, recipe, secret } from 'ops-recipes'
export default recipe({ summary: 'x', params: { password: secret() }, steps: () => [command({ run: 'x', creates: '/x' })] })
`,
  'elsewhere/by-path.ts': good.replace('./_shared.ts', '../recipes/_shared.ts'),
  'deep/er/.keep': '',
})

beforeAll(() => {
  process.env.XDG_CACHE_HOME = join(folder, 'cache')
})

async function errorsOf(name: string, cwd = folder, checkTypes = false): Promise<readonly ErrorData[]> {
  try {
    await loadRecipe(name, { library, cwd, checkTypes })
  } catch (thrown) {
    if (thrown instanceof InputErrors) return thrown.errors
    if (thrown instanceof OpsError) return [thrown.data]
    throw thrown
  }
  return []
}

const placed = (errors: readonly ErrorData[]): readonly string[] =>
  errors.map(
    ({ title, where }) => `${where?.file.slice(folder.length + 1)}:${where?.line}:${where?.column} ${title}`,
  )

describe('loading a recipe', () => {
  test('a folder with nothing but the recipe is enough', async () => {
    const { name, origin, recipe } = await loadRecipe('good', { library, cwd: folder })
    expect({ name, origin, summary: recipe.summary }).toEqual({
      name: 'good',
      origin: 'folder',
      summary: 'A good one.',
    })
  })

  test('its types are checked once per content, wherever it lies', async () => {
    await loadRecipe('good', { library, cwd: folder })
    const checked = readdirSync(join(folder, 'cache/ops/checked'))
    expect(checked).toHaveLength(1)
    cpSync(join(folder, 'recipes'), join(folder, 'copy/recipes'), { recursive: true })
    await loadRecipe('good', { library, cwd: join(folder, 'copy') })
    expect(readdirSync(join(folder, 'cache/ops/checked'))).toEqual(checked)
    rmSync(join(folder, 'copy'), { recursive: true })
  })

  test('its types are checked again where declarations beside a program are others', async () => {
    const declared = join(folder, 'recipes/_plain.d.ts')
    writeFileSync(declared, 'export const port: number\n')
    expect(await errorsOf('declared', folder, true)).toEqual([])
    writeFileSync(declared, 'export const port: string\n')
    expect((await errorsOf('declared', folder, true))[0]?.title).toContain('type error')
  })

  test('what ran once is not compiled again', async () => {
    await loadRecipe('good', { library, cwd: folder })
    const before = readdirSync(join(folder, 'cache/ops/compiled')).length
    await loadRecipe('good', { library, cwd: folder })
    expect(before).toBeGreaterThan(0)
    expect(readdirSync(join(folder, 'cache/ops/compiled'))).toHaveLength(before)
  })

  test('is found by name from a folder below, and by path from anywhere', async () => {
    expect(
      (await loadRecipe('good', { library, cwd: join(folder, 'deep/er'), checkTypes: false })).file,
    ).toBe(join(folder, 'recipes/good.ts'))
    expect(
      (await loadRecipe('./elsewhere/by-path.ts', { library, cwd: folder, checkTypes: false })).name,
    ).toBe('by-path')
    expect(
      (await loadRecipe('../by-path', { library, cwd: join(folder, 'elsewhere/x'), checkTypes: false })).name,
    ).toBe('by-path')
  })

  test('a folder above that anybody may write to is not looked into', async () => {
    mkdirSync(join(folder, 'open/below'), { recursive: true })
    mkdirSync(join(folder, 'open/recipes'))
    chmodSync(join(folder, 'open'), 0o777)
    const errors = await errorsOf('good', join(folder, 'open/below'))
    expect(errors[0]?.title).toBe('there is no recipe "good"')
  })

  test('its secrets are the Secret of ops itself', async () => {
    const { recipe } = await loadRecipe('secret', { library, cwd: folder, checkTypes: false })
    expect(z.parse(recipe.params.password ?? z.never(), 'x')).toBeInstanceOf(Secret)
  })

  test('one without params leaves them out, and cannot use any', async () => {
    expect((await loadRecipe('bare', { library, cwd: folder })).recipe.params).toEqual({})
    await expect(loadRecipe('bare-wrong', { library, cwd: folder })).rejects.toThrow(/'name' does not exist/)
  })

  test('JavaScript needs no types', async () => {
    expect((await loadRecipe('plain', { library, cwd: folder })).recipe.summary).toBe('Plain.')
  })
})

describe('a recipe that cannot be loaded', () => {
  test('an unknown name comes with the nearest one', async () => {
    const [error] = await errorsOf('goood')
    expect(error).toMatchObject({ code: 'input', title: 'there is no recipe "goood"', changed: 'no' })
    expect(error?.next).toContain('Did you mean good?')
  })

  test.each([
    ['./nowhere.ts', 'there is no recipe file'],
    ['deep/er/.keep', 'not a TypeScript or JavaScript file'],
    ['', 'there is no recipe file'],
    ['-x', 'there is no recipe file'],
  ])('%j is refused', async (name, title) => {
    const errors = await errorsOf(name)
    expect(errors[0]?.title ?? '').toMatch(name === '' ? /recipe/ : title)
  })

  test('a syntax error has its place and the line', async () => {
    const errors = await errorsOf('syntax')
    expect(placed(errors)).toEqual(['recipes/syntax.ts:4:16 syntax error: unexpected token, expected ","'])
    expect(errors[0]?.detail).toBe(`4 |   summary: 'a' 'b',\n                   ^`)
  })

  test('a syntax error of an imported file is told at that file', async () => {
    expect(placed(await errorsOf('shared-syntax'))[0]).toMatch(/^recipes\/_broken\.ts:2:\d+ syntax error/)
  })

  test('all type errors are told at once', async () => {
    expect(placed(await errorsOf('types', folder, true))).toEqual([
      expect.stringMatching(
        /^recipes\/types\.ts:6:27 type error: Property 'lissten' does not exist .* Did you mean 'listen'\?$/,
      ),
      expect.stringMatching(
        /^recipes\/types\.ts:7:15 type error: Type 'number' is not assignable to type 'string \| Shell'/,
      ),
    ])
  })

  test('a slip that throws while loading is told as the type error that it is', async () => {
    expect(placed(await errorsOf('slip', folder, true))).toEqual([
      expect.stringMatching(
        /^recipes\/slip\.ts:2:60 type error: Property 'strng' .* Did you mean 'string'\?$/,
      ),
    ])
  })

  test.each([
    ['missing', 'recipes/missing.ts:1:20 cannot find ./nowhere.ts, which the recipe imports'],
    ['package', 'recipes/package.ts:1:20 cannot find no-such-package-anywhere, which the recipe imports'],
    ['throws', 'recipes/throws.js:3:7 recipe throws fails while it is loaded: Error: at once'],
    ['empty', 'recipes/empty.ts:1:undefined recipe empty: the file has no default export'],
    ['number', 'recipes/number.js:1:undefined recipe number: the default export is not a recipe but number'],
  ])('%s: says what is wrong and where', async (name, expected) => {
    expect(placed(await errorsOf(name))[0]).toBe(expected)
  })

  test('everything that a recipe lacks is told at once', async () => {
    expect((await errorsOf('shapeless')).map(each => each.title.replace('recipe shapeless: ', ''))).toEqual([
      'it has no `summary`',
      '`steps` is not a function',
      'param help has a reserved name: --help is a flag of ops itself',
      'param noCache cannot begin with "no": --no-cache would read as the opposite of --cache',
      'param "bad-name" cannot become a flag: names are letters, digits and _, and begin with a small letter',
    ])
    expect((await errorsOf('async'))[0]?.title).toMatch(/`steps` is async/)
    expect((await errorsOf('same-flag'))[0]?.title).toMatch('params aB and a_b are the same flag, --a-b')
  })
})

test('the listing has every recipe, broken ones with their error', async () => {
  const listed = (await listRecipes(library, folder)).filter(each => each.origin === 'folder')
  const byName = Object.fromEntries(
    listed.map(each => [each.name, 'summary' in each ? each.summary : each.error.title]),
  )
  expect(byName).toMatchObject({
    good: 'A good one.',
    syntax: 'syntax error: unexpected token, expected ","',
    number: 'recipe number: the default export is not a recipe but number',
    'we ird': 'its name is none of a recipe',
  })
  expect(Object.keys(byName)).not.toContain('_shared')
})
