import { chmodSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Folder, folderWith } from './run-ops.ts'

const recipe = `import { file, recipe, secret, z } from 'ops-recipes'
export default recipe({
  summary: 'Writes secrets.',
  params: { into: z.string(), token: secret() },
  steps: ({ params, host }) => [
    file({ path: params.into + '/token', content: params.token, mode: '0600' }),
    file({ path: params.into + '/key', content: host.values.key, mode: '0600' }),
    file({ path: params.into + '/again', content: host.values.again, mode: '0600' }),
  ],
})
`

const schema = `import { secret } from 'ops-recipes'
const values = { key: secret(), again: secret(), unread: secret() }
export default values
declare module 'ops-recipes' {
  interface Project {
    values: typeof values
  }
}
`

let folder: Folder
beforeAll(() => {
  folder = folderWith({
    'ops.ini':
      '[values]\nkey = cmd:./keeper key\nagain = cmd:./keeper key\nunread = cmd:./keeper unread\n[params app]\ntoken = cmd:./keeper token\n',
    'ops.values.ts': schema,
    'recipes/app.ts': recipe,
    'recipes/part.ts':
      "import { recipe } from 'ops-recipes'\nimport app from './app.ts'\nexport default recipe({ summary: 'x', steps: ({ use }) => [use(app, { into: '/x', token: 'age:x' })] })\n",
    'site.ts':
      "import { on, site } from 'ops-recipes'\nimport app from './recipes/app.ts'\nexport default site([on('local', app, { into: '/nowhere', token: 'plain text' })])\n",
    'out/.keep': '',
    keeper:
      '#!/bin/sh\ncd "$(dirname "$0")" && echo "$1" >>asked && [ "$1" != gone ] && echo "a hidden $1" || { echo "the keeper is locked" >&2; exit 1; }\n',
  })
  chmodSync(join(folder.path, 'keeper'), 0o755)
})
afterAll(() => folder.remove())

const asked = (): readonly string[] => {
  const path = join(folder.path, 'asked')
  const lines = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').sort() : []
  rmSync(path, { force: true })
  return lines
}

describe('secrets of programs', () => {
  test('reach the host as params and values, are asked for once and never told', async () => {
    const into = join(folder.path, 'out')
    const run = await folder.ops(['apply', 'app', 'local', '--no-become', '--yes', '-v', '--into', into])
    expect(run).toMatchObject({ code: 0 })
    expect(asked()).toEqual(['key', 'token'])
    expect(['token', 'key', 'again'].map(name => readFileSync(join(into, name), 'utf8'))).toEqual([
      'a hidden token',
      'a hidden key',
      'a hidden key',
    ])
    expect(run.stdout + run.stderr).not.toContain('hidden')
    const [, id = ''] = /ops show ([0-9a-f]+)/.exec(run.stdout + run.stderr) ?? []
    const shown = await folder.ops(['show', id])
    expect(shown.code).toBe(0)
    expect(shown.stdout).not.toContain('hidden')
  })

  test('that a flag names come before those of ops.ini, and one that cannot be had stops the run', async () => {
    const run = await folder.ops([
      'plan',
      'app',
      'local',
      '--no-become',
      '--into',
      '/nowhere',
      '--token',
      'cmd:./keeper gone',
    ])
    expect(run.code).toBe(3)
    expect(run.stderr).toContain('app: token: cmd:./keeper gone: ./keeper ended with 1: the keeper is locked')
    expect(asked()).toContain('gone')
  })

  test('are not written into code as text', async () => {
    const site = await folder.ops(['plan', 'site', '--no-become'])
    expect(site.code).toBe(3)
    expect(site.stderr).toMatch(/app: token: a secret is not given as plain text.*\n +at +site\.ts:3:/)
    const part = await folder.ops(['plan', 'part', 'local', '--no-become'])
    expect(part.code).toBe(3)
    expect(part.stderr).toMatch(/recipe app, used in another: token: a secret is not given as text/)
  })
})
