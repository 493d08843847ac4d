import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Folder, folderWith } from '../cli/run-ops.ts'
import { describeReal } from '../hosts/available.ts'
import { useHost } from '../hosts/use-hosts.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const readme = readFileSync(`${root}README.md`, 'utf8')

/** The fenced blocks of a language, in order. */
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    match => match[1] ?? '',
  )

/** The commands of a console block, without the comments behind them. */
const commands = (block: string) =>
  block.split('\n').flatMap(line => (line.startsWith('$ ') ? [line.slice(2).replace(/\s+#.*$/, '')] : []))

const shown = blocks('console').flatMap(commands)

describe('the README', () => {
  test('names only verbs that ops has', async () => {
    const folder = folderWith({})
    try {
      const { stdout } = await folder.ops(['--help'])
      const verbs = [...readme.matchAll(/(?:`|\$ )ops ([a-z][a-z-]*)\b/g)].map(match => match[1] ?? '')
      for (const verb of new Set(verbs)) expect(stdout).toMatch(new RegExp(`ops ${verb}\\b`))
    } finally {
      folder.remove()
    }
  })

  test('shows npm scripts that exist, and files that are there', () => {
    const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
      scripts: Record<string, string>
    }
    const run = [...readme.matchAll(/npm (?:run ([a-z:]+)|(test)\b)/g)].map(
      match => match[1] ?? match[2] ?? '',
    )
    for (const script of new Set(run)) expect(Object.keys(scripts)).toContain(script)
    for (const [, file = ''] of readme.matchAll(/\b([A-Z]+\.md)\b/g))
      expect(existsSync(`${root}${file}`)).toBe(true)
  })

  test('lists every recipe that comes with ops', async () => {
    const folder = folderWith({})
    try {
      const { stdout } = await folder.ops(['recipes'])
      const names = [...stdout.matchAll(/^(\S+)\s+shipped with ops/gm)].map(match => match[1] ?? '')
      expect(names.length).toBeGreaterThan(0)
      for (const name of names) expect(readme).toMatch(new RegExp(`^\\| \`${name}\` +\\|`, 'm'))
    } finally {
      folder.remove()
    }
  })
})

describeReal('the first recipe of the README', () => {
  const host = useHost({ name: 'web1', withPackages: ['curl'] })
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({ 'recipes/web.ts': blocks('ts')[0] ?? '' })
  })
  afterAll(() => folder?.remove())

  test('does with the commands shown what they say', async () => {
    const [plan, apply, again] = shown.filter(
      command => command.startsWith('ops ') && command.includes(' web '),
    )
    const run = (command: string | undefined, ...more: string[]) =>
      folder.ops([...(command ?? '').split(' ').slice(1), '-F', host().sshConfig, ...more])
    expect((await run(plan)).code).toBe(0)
    expect((await host().exec('test -e /etc/nginx')).code).not.toBe(0)
    expect((await run(apply, '--yes')).code).toBe(0)
    expect(await host().read('curl -s http://127.0.0.1:9000/')).toBe('hello\n')
    expect((await run(again, '--yes')).stdout).toContain('nothing to do')
  })
})
