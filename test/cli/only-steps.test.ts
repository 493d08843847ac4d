import { describe, expect, test } from 'vitest'
import { onlySteps } from '../../src/cli/only-steps.ts'
import type { Evaluate } from '../../src/engine/plan/plan-host.ts'
import { file } from '../../src/resources/index.ts'
import type { Facts } from '../../src/run/facts.ts'

const steps = (...names: string[]) => names.map(name => ({ ...file({ path: '/x', content: 'x' }), name }))
const facts = {} as Facts
const readsFacts =
  (...names: string[]): Evaluate =>
  known =>
    known === undefined ? { needsFacts: true } : { steps: steps(...names) }

describe('the only steps that are wanted', () => {
  test('are looked for on all hosts before a misspelt one is told, also where facts decide', async () => {
    const hosts = new Map([
      ['h1', readsFacts('web: file /a')],
      ['h2', readsFacts('file /b')],
    ])
    const found = await onlySteps(hosts, ['web', 'file /*'])
    const namesOf = async (host: string) => {
      const evaluated = await found.get(host)?.(facts)
      return evaluated && 'steps' in evaluated ? evaluated.steps.map(step => step.name) : []
    }
    expect(await namesOf('h1')).toEqual(['web: file /a'])
    expect(await namesOf('h2')).toEqual(['file /b'])
    const misspelt = await onlySteps(hosts, ['file /c'])
    expect(await misspelt.get('h1')?.(facts)).toEqual({ steps: [] })
    await expect(misspelt.get('h2')?.(facts)).rejects.toThrow('--only file /c: no step has that name')
  })
})
