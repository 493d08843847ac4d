import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Folder, folderWith } from './run-ops.ts'

const role = `import { file, recipe, z } from 'ops-recipes'
export default recipe({
  summary: 'One site of nginx.',
  params: { listen: z.number().int(), text: z.string().default('hi') },
  steps: ({ params, host }) => [
    file({ path: \`/nowhere/\${params.listen}\`, content: \`\${params.text} \${host.name}\` }),
    file({ path: \`/nowhere/\${params.listen}.more\`, source: 'beside.txt' }),
    file({ path: '/nowhere/shared', content: 'the same for all' }, { buildsOn: \`file /nowhere/\${params.listen}\` }),
  ],
})
`

const packaged = `import { file, recipe, z } from 'ops-recipes'
export const banner = recipe({
  summary: 'A banner.',
  params: { text: z.string() },
  steps: ({ params }) => [file({ path: '/nowhere/banner', content: params.text })],
})
`

const app = (calls: string): string => `import { recipe } from 'ops-recipes'
import { banner } from '@acme/roles'
import nginx from '../roles/nginx.ts'
export default recipe({ summary: 'Parts.', steps: ({ use }) => [${calls}] })
`

let folder: Folder
beforeAll(() => {
  folder = folderWith({
    'roles/nginx.ts': role,
    'roles/beside.txt': 'beside the role\n',
    'roles/other.ts':
      "import { recipe } from 'ops-recipes'\nimport nginx from './nginx.ts'\nexport default recipe({ summary: 'x', steps: ({ use }) => [use(nginx, { listen: 7 })] })\n",
    'node_modules/@acme/roles/package.json':
      '{"name":"@acme/roles","version":"1.0.0","type":"module","exports":"./dist/index.js","types":"./dist/index.d.ts"}',
    'node_modules/@acme/roles/dist/index.js': packaged,
    'node_modules/@acme/roles/dist/index.d.ts':
      "import { type Recipe, z } from 'ops-recipes'\nexport declare const banner: Recipe<{ text: z.ZodString }>\n",
    'recipes/app.ts': app(
      "use(nginx, { listen: 1 }), ...use(nginx, { listen: 3, text: 'x' }), use(banner, { text: 'b' }, { as: 'motd' }), use(banner, { text: 'b' }, { as: 'motd' })",
    ),
    'recipes/nested.ts':
      "import { recipe } from 'ops-recipes'\nimport other from '../roles/other.ts'\nexport default recipe({ summary: 'x', steps: ({ use }) => [...use(other)] })\n",
    'recipes/typed.ts': app("use(nginx, { listen: 'many' }), use(banner)"),
    'recipes/told.js': app("use(nginx, { listen: 'many', txt: 'x' })"),
    'recipes/selfish.js':
      "import { recipe } from 'ops-recipes'\nconst own = recipe({ summary: 'x', steps: ({ use }) => [use(own)] })\nexport default own\n",
    'recipes/named.ts': app("use(nginx, { listen: 1 }, { as: 'a/b' })"),
    'misnamed/site.js': `import { on, site } from 'ops-recipes'
export default site([
  on(undefined, 'guarded-backup'),
  on('local', 'guarded-backup', {}, { as: 'x: y' }),
  on('local', 'guarded-backup', {}, { as: '' }),
])
`,
    'recipes/fights.ts': app("use(banner, { text: 'a' }), use(banner, { text: 'b' })"),
  })
})
afterAll(() => folder.remove())

const namesOf = async (recipe: string): Promise<readonly string[]> => {
  const { stdout, stderr } = await folder.ops(['plan', recipe, 'local', '--no-become', '--json'])
  expect(stderr).toBe('')
  const events: { event: string; steps?: { name: string }[] }[] = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  return events.find(each => each.event === 'plan')?.steps?.map(step => step.name) ?? []
}

describe('a recipe as a part of another', () => {
  test('comes from a folder or an npm package, and its steps are called by it, each use apart', async () => {
    expect(await namesOf('app')).toEqual([
      'nginx: file /nowhere/1',
      'nginx: file /nowhere/1.more',
      'nginx: file /nowhere/shared',
      'nginx 2: file /nowhere/3',
      'nginx 2: file /nowhere/3.more',
      'motd: file /nowhere/banner',
    ])
  })

  test('may have parts itself', async () => {
    expect(await namesOf('nested')).toContain('other/nginx: file /nowhere/7')
  })

  test('has typed params', async () => {
    const { code, stderr } = await folder.ops(['plan', 'typed', 'local'])
    expect(code).toBe(3)
    expect(stderr).toContain("Type 'string' is not assignable to type 'number'")
    expect(stderr).toContain('Expected 2-3 arguments, but got 1')
  })

  test('that is given wrong params tells all that is wrong at the line that uses it', async () => {
    const { code, stderr } = await folder.ops(['plan', 'told', 'local'])
    expect(code).toBe(3)
    expect(stderr).toMatch(/recipe nginx, used in another: it has no param txt\n +at +recipes\/told\.js:4:/)
    expect(stderr).toMatch(/listen: Invalid input: expected number, received string/)
  })

  test('that uses itself is told as that', async () => {
    const { code, stderr } = await folder.ops(['plan', 'selfish', 'local'])
    expect(code).toBe(3)
    expect(stderr).toMatch(/one of them uses itself\n +at +recipes\/selfish\.js:2:/)
  })

  test('has a name that tells where it ends, and an entry of a site has hosts', async () => {
    const { code, stderr } = await folder.ops(['plan', 'named', 'local'])
    expect(code).toBe(3)
    expect(stderr).toMatch(
      /recipe nginx, used in another: as: "a\/b" is no name.*\n +at +recipes\/named\.ts:4:/,
    )
    const before = ['sh', '-c', 'cd misnamed && exec "$@"', 'sh']
    const site = await folder.ops(['plan', 'site'], { before })
    expect(site.code).toBe(3)
    expect(site.stderr).toMatch(/names no hosts\n +at +site\.js:3/)
    expect(site.stderr).toMatch(/as: "x: y" is no name of a part\n +at +site\.js:4/)
    expect(site.stderr).toMatch(/as: "" is no name of a part\n +at +site\.js:5/)
  })

  test('is refused where two uses write the same thing otherwise', async () => {
    const { code, stderr } = await folder.ops(['plan', 'fights', 'local'])
    expect(code).toBe(3)
    expect(stderr).toContain('`roles 2: file /nowhere/banner` and `roles: file /nowhere/banner` both write')
  })
})

test('a project that ops init wrote plans in a clone of it, and names no place of this machine', async () => {
  const made = folderWith({ '.gitconfig': '[user]\nname = a\nemail = a@example.org\n' })
  const git = (...argv: string[]) =>
    execFileSync('git', argv, { cwd: made.path, env: { PATH: process.env.PATH ?? '', HOME: made.path } })
  try {
    expect((await made.ops(['init', 'one'])).code).toBe(0)
    git('init', '--quiet', 'one')
    git('-C', 'one', 'add', '--all')
    git('-C', 'one', 'commit', '--quiet', '--message', 'first')
    git('clone', '--quiet', 'one', 'two')
    const clone = join(made.path, 'two')
    const files = readdirSync(clone).filter(name => name !== '.git')
    expect(files.sort()).toEqual(['ops.ini', 'recipes', 'tsconfig.json'])
    for (const path of ['ops.ini', 'tsconfig.json', 'recipes/hello.ts'])
      expect(readFileSync(join(clone, path), 'utf8')).not.toMatch(new RegExp(`${made.path}|${process.cwd()}`))
    const inClone = ['sh', '-c', 'cd two && exec "$@"', 'sh']
    const planned = await made.ops(['plan', 'hello', 'local', '--no-become', '--json'], { before: inClone })
    expect(planned.code).toBe(0)
    // For editors, the link to ops is made again; nothing else is written.
    expect((await made.ops(['init'], { before: inClone })).code).toBe(0)
    expect(existsSync(join(clone, '.ops/package'))).toBe(true)
    expect(String(git('-C', 'two', 'status', '--porcelain'))).toBe('')
  } finally {
    made.remove()
  }
})
