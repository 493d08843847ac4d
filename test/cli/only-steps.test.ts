import { describe, expect, test } from 'vitest'
import { onlySteps } from '../../src/cli/only-steps.ts'
import type { Evaluate } from '../../src/engine/plan/plan-host.ts'
import { file } from '../../src/resources/index.ts'
import type { Facts } from '../../src/run/facts.ts'
import { folderWith } from './run-ops.ts'

const steps = (...names: string[]) =>
  names.map(name => ({
    ...file({ path: '/x', content: 'x' }),
    name,
    parts: name.includes(': ') ? [{ name: 'a part', folder: undefined }] : [],
  }))
const facts = {} as Facts
const readsFacts =
  (...names: string[]): Evaluate =>
  known =>
    known === undefined ? { needsFacts: true } : { steps: steps(...names) }

describe('the only steps that are wanted', () => {
  test('are looked for on all hosts before a misspelt one is told, also where facts decide', async () => {
    const hosts = new Map([
      ['h1', readsFacts('web: file /a', 'web 2: file /c', 'web 3/tls: file /d', 'webmail: file /e')],
      ['h2', readsFacts('file /b')],
    ])
    const found = await onlySteps(hosts, ['web', 'file /b'])
    const namesOf = async (host: string) => {
      const evaluated = await found.get(host)?.(facts)
      return evaluated && 'steps' in evaluated ? evaluated.steps.map(step => step.name) : []
    }
    expect(await namesOf('h1')).toEqual(['web: file /a', 'web 2: file /c', 'web 3/tls: file /d'])
    expect(await namesOf('h2')).toEqual(['file /b'])
    const globbed = await (await onlySteps(hosts, ['file /a*', 'tls'])).get('h1')?.(facts)
    expect(globbed).toMatchObject({ steps: [{ name: 'web: file /a' }, { name: 'web 3/tls: file /d' }] })
    const misspelt = await onlySteps(hosts, ['file /f'])
    expect(await misspelt.get('h1')?.(facts)).toEqual({ steps: [] })
    await expect(misspelt.get('h2')?.(facts)).rejects.toThrow('--only file /f: no step has that name')
  })
})

test('a saved plan is not narrowed without a word', async () => {
  const folder = folderWith({
    'recipes/greet.ts':
      "import { file, recipe } from 'ops-recipes'\nexport default recipe({ summary: 'x', steps: () => [file({ path: '/tmp/ops-greet', content: 'x' })] })\n",
  })
  try {
    const saved = await folder.ops(['plan', 'greet', 'local', '--no-become', '-o', 'x.plan'])
    expect(saved.stderr).not.toContain('error[input]')
    const { code, stderr } = await folder.ops(['apply', 'x.plan', '--only', 'file /x', '--yes'])
    expect(code).toBe(3)
    expect(stderr).toContain('a saved plan is applied whole')
  } finally {
    folder.remove()
  }
})
