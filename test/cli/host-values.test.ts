import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Folder, folderWith } from './run-ops.ts'

const inventory = `[hosts]
web1 = 192.0.2.1
web2 = 192.0.2.2
db1 = 192.0.2.3

[groups]
web = web1, web2
near = web2, db1
all = web, db1

[values]
motd = hello
[values all]
port = 80
[values web]
port = 8080
[values web2]
  port = 99
tags[] = a
tags[] = b
token = @token
`

const schema = `import { secret, z } from 'ops-recipes'
const values = {
  port: z.number().int().min(1).max(65535).describe('Port of the site.'),
  motd: z.string().default('none'),
  tags: z.array(z.string()).default([]),
  region: z.string(),
  token: secret().optional(),
}
export default values
declare module 'ops-recipes' {
  interface Project {
    values: typeof values
  }
}
`

const recipe = (content: string) => `import { file, recipe } from 'ops-recipes'
export default recipe({
  summary: 'App.',
  steps: ({ host }) => [file({ path: '/nowhere/app', content: ${content} })],
})
`

let folder: Folder
beforeAll(() => {
  folder = folderWith({
    'ops.ini': inventory,
    'ops.values.ts': schema,
    token: 'a long token\n',
    'recipes/app.ts': recipe('`${host.values.port + 1} ${host.values.motd} ${host.values.tags.join()}`'),
    'recipes/misspelt.ts': recipe('host.values.motto'),
    'recipes/others.ts': recipe("hosts('web').map(each => `${each.name}:${each.values.port}`).join()")
      .replace('({ host })', '({ hosts })')
      .replace('/nowhere/app', '/tmp/ops-others'),
    'recipes/lost.ts': recipe("hosts('db1')[0].values.region + hosts('web9')[0].name").replace(
      '({ host })',
      '({ hosts })',
    ),
    'recipes/unset.ts': recipe('host.values.region'),
    'recipes/told.ts': recipe('`token=${host.values.token}`'),
    'wrong.ini': inventory
      .replace('port = 99', 'port = many')
      .replace('[values all]', '[values al]')
      .replace('token = @token', 'token = plain\nprot = 1\ntags = c'),
    'undecided.ini': `${inventory}[values near]\nport = 81\nmotd = near\n`.replace('  port = 99', '; none'),
  })
})
afterAll(() => folder.remove())

/** `HOST name = value` with the line it came from. */
const valuesOf = async (...argv: string[]): Promise<readonly string[]> => {
  const { stdout, stderr } = await folder.answer(['hosts', '--json', ...argv])
  expect(stderr).toBe('')
  const hosts: { name: string; values?: { name: string; value?: string; where?: { line: number } }[] }[] =
    JSON.parse(stdout).hosts
  return hosts.flatMap(({ name, values = [] }) =>
    values.map(each => `${name} ${each.name} = ${each.value ?? 'not set'} (${each.where?.line ?? '-'})`),
  )
}

describe('values of hosts', () => {
  test('come from the host, else its group before what that is a part of, else all, else the schema', async () => {
    expect(await valuesOf('web1', 'web2', 'db1')).toEqual([
      'web1 port = 8080 (16)',
      'web1 motd = hello (12)',
      'web1 tags =  (1)',
      'web1 region = not set (-)',
      'web1 token = not set (-)',
      'web2 port = 99 (18)',
      'web2 motd = hello (12)',
      'web2 tags = a,b (19)',
      'web2 region = not set (-)',
      'web2 token = [secret] (21)',
      'db1 port = 80 (14)',
      'db1 motd = hello (12)',
      'db1 tags =  (1)',
      'db1 region = not set (-)',
      'db1 token = not set (-)',
    ])
  })

  test('are shown by ops hosts -v with the line of each', async () => {
    const { stdout } = await folder.answer(['hosts', '-v'])
    expect(stdout).toMatch(/^web1 +port +8080 +ops\.ini:16$/m)
    expect(stdout).toMatch(/^web1 +tags +default of ops\.values\.ts$/m)
    expect((await folder.answer(['hosts'])).stdout).not.toContain('8080')
  })

  test('have the types of the schema in a recipe', async () => {
    const { code, stderr } = await folder.answer(['plan', 'misspelt', 'web1'])
    expect(code).toBe(3)
    expect(stderr).toMatch(/type error: Property 'motto' does not exist.*\n.*recipes\/misspelt\.ts:4:/)
  })

  test('that a recipe reads and the host lacks are told at the line that reads them', async () => {
    const { code, stderr } = await folder.answer(['plan', 'unset', 'web1'])
    expect(code).toBe(3)
    expect(stderr).toMatch(/web1 has no value region\n +at +recipes\/unset\.ts:4:/)
    expect(stderr).toContain('[values web1] or [values web] or [values all]')
  })

  test('are those of other hosts, too, for a recipe that names them', async () => {
    const planned = await folder.answer(['plan', 'others', 'local', '--no-become'])
    expect(planned.stdout).toContain('+web1:8080,web2:99')
    const { code, stderr } = await folder.answer(['plan', 'lost', 'local'])
    expect(code).toBe(3)
    expect(stderr).toMatch(/db1 has no value region\n +at +recipes\/lost\.ts:4:/)
  })

  test('that are wrong are all told at once, with line and column, whichever host they are for', async () => {
    const { code, stderr } = await folder.answer(['plan', 'app', 'db1', '-i', 'wrong.ini'])
    expect(code).toBe(3)
    expect(stderr).toMatch(
      /\[values al\] is for no host and no group\n +at +wrong\.ini:13\n +next +Did you mean all\?/,
    )
    expect(stderr).toMatch(/port many: not a number\n +at +wrong\.ini:18:10\n/)
    expect(stderr).toMatch(/token: a secret does not stand in ops\.ini.*\n +at +wrong\.ini:21:9\n/)
    expect(stderr).toMatch(
      /sets prot, but hosts have no such value\n +at +wrong\.ini:22:1\n +next +Did you mean port\?/,
    )
    expect(stderr).toMatch(/sets tags twice, first on line 19\n +at +wrong\.ini:23:1\n/)
    expect(stderr).not.toContain('plain')
    // A recipe that reads what is wrong adds nothing to it.
    const read = await folder.answer(['plan', 'app', 'web2', '-i', 'wrong.ini'])
    expect(read.code).toBe(3)
    expect(read.stderr.match(/port many: not a number/g)).toHaveLength(1)
    expect(read.stderr).not.toContain('has no value port')
  })

  test('of two groups that disagree are refused for a host in both, and nothing is guessed', async () => {
    const { code, stderr } = await folder.answer(['hosts', 'web2', '-i', 'undecided.ini'])
    expect(code).toBe(3)
    expect(stderr).toMatch(
      /port of web2 is given by \[values web\] and, otherwise, by \[values near\] \(line 23\)/,
    )
    expect(stderr).toContain('under [values web2]')
    expect(stderr).not.toContain('motd')
    expect((await folder.answer(['hosts', 'web1', '-i', 'undecided.ini'])).code).toBe(0)
  })

  test('that are secrets are refused inside other text', async () => {
    const { code, stderr } = await folder.answer(['plan', 'told', 'web2'])
    expect(code).toBe(3)
    expect(stderr).toContain('a secret inside other text would be written as [secret]')
    expect(stderr).not.toContain('a long token')
  })

  test('without a schema are refused', async () => {
    const bare = folderWith({ 'ops.ini': '[values]\nport = 1\n', 'recipes/app.ts': recipe('host.name') })
    const { code, stderr } = await bare.answer(['plan', 'app', 'local'])
    bare.remove()
    expect(code).toBe(3)
    expect(stderr).toMatch(/no ops\.values\.ts says which there are\n +at +ops\.ini:1\n/)
  })
})
