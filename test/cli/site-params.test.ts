import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { paramsOf } from '../../src/cli/site-recipe.ts'
import type { LoadedRecipe } from '../../src/recipe/load.ts'
import { type Folder, folderWith } from './run-ops.ts'

test('params of a site keep apart what several entries give, also beside one that is numbered itself', () => {
  const of = (params: object) => ({
    entry: { loaded: { name: 'web-app' } as LoadedRecipe },
    params: params as Readonly<Record<string, unknown>>,
  })
  expect(paramsOf([of({ port: 1, port2: 2 }), of({ port: 3 }), of({ port: 4, port2: 5 })])).toEqual({
    webAppPort: 1,
    webAppPort2: 2,
    webAppPort3: 3,
    webAppPort4: 4,
    webAppPort22: 5,
  })
})

describe('params that a line of site.ts leaves out, and sections of ops.ini', () => {
  const base = `import { file, recipe, secret, z } from 'ops-recipes'
export default recipe({
  summary: 'On all hosts.',
  params: { adminName: z.string().describe('Who it is for.'), token: secret() },
  steps: ({ params }) => [file({ path: '/tmp/ops-nowhere', content: params.adminName })],
})
`
  const hosts = '[hosts]\nh1 = 192.0.2.1\n'
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({
      'recipes/base.ts': base,
      'jobs/nightly.ts': 'export default 1\n',
      'elsewhere/by-path.ts': base,
      'site.ts': `import { on, site } from 'ops-recipes'
import base from './recipes/base.ts'
export default site([
  on('h1', base, {}, { as: 'front' }),
])
`,
      'ops.ini': `${hosts}[params nosuch]\nx = 1\n[params nightly]\n[params by-path]\n[params front]\n[params bse]\n[params on]\n`,
      'whole.ini': `${hosts}[params nosuch]\nx = 1\n[params front]\nadminName = ann\ntoken = @token\n`,
      token: 'a long token\n',
    })
  })
  afterAll(() => folder?.remove())

  test('are told with that line and what it takes, not with flags, which a site refuses', async () => {
    const { code, stderr } = await folder.ops(['plan', 'site'])
    expect(code).toBe(3)
    expect(stderr).toMatch(
      /front: param adminName is missing\n +at +site\.ts:4:\d+\n +Who it is for\.\n +next +Add `adminName: \.\.\.` to the params of this line, or write `adminName = \.\.\.` under \[params front\] in ops\.ini\./,
    )
    expect(stderr).toMatch(
      /front: param token is missing\n +at +site\.ts:4:\d+\n +next +Write `token = @FILE`/,
    )
    expect(stderr).toContain('in the environment as OPS_PARAM_TOKEN')
    expect(stderr).not.toContain('--admin-name')
  })

  test('a section for no recipe, job or part is refused with its line, also where no name is like it', async () => {
    const { code, stderr } = await folder.ops(['plan', 'site'])
    expect(code).toBe(3)
    expect(stderr).toMatch(
      /\[params nosuch\] is for no recipe\n +at +ops\.ini:3\n +next +`ops recipes` lists them/,
    )
    expect(stderr.match(/is for no recipe/g)).toHaveLength(3)
    const alone = await folder.ops(['plan', 'base', 'h1', '--admin-name', 'ann', '--token', '@token'])
    expect(alone.code).toBe(3)
    expect(alone.stderr).toMatch(
      /\[params bse\] is for no recipe\n.*\n +next +Did you mean \[params base\]\?/,
    )
    expect(alone.stderr).toMatch(/\[params nosuch\] is for no recipe/)
    expect(alone.stderr.match(/is for no recipe/g)).toHaveLength(3)
  })
})
