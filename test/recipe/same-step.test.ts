import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Step } from '../../src/engine/step.ts'
import { isSameStep, withoutRepeats } from '../../src/recipe/same-step.ts'
import { file } from '../../src/resources/index.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const root = temporaryFolder({
  'one/x.conf': 'one',
  'two/x.conf': 'two',
  'one/y.tmpl': 'y',
  'two/y.tmpl': 'y2',
})
const partIn = (name: string, step: Step): Step => ({
  ...step,
  name: `${name}: ${step.name}`,
  parts: [{ name, folder: join(root, name) }],
})

describe('equal steps of two parts', () => {
  test.each<[what: string, step: () => Step, isSame: boolean]>([
    ['a text of the recipe is the same in every folder', () => file({ path: '/x', content: 'x' }), true],
    [
      'a file beside the recipe is another one in another folder',
      () => file({ path: '/x', source: 'x.conf' }),
      false,
    ],
    ['a template beside it as well', () => file({ path: '/y', template: 'y.tmpl' }), false],
    ['one that is not there says nothing', () => file({ path: '/z', source: 'z' }), false],
  ])('%s', (_title, step, isSame) => {
    const [one, two] = [partIn('one', step()), partIn('two', step())]
    expect(isSameStep(one, two, root)).toBe(isSame)
    expect(withoutRepeats([one, two], root)).toHaveLength(isSame ? 1 : 2)
    expect(isSameStep(one, { ...partIn('one', step()), name: 'again' }, root)).toBe(true)
    // A step of the run's own recipe reads beside that.
    expect(isSameStep(one, step(), join(root, 'one'))).toBe(true)
    expect(isSameStep(one, step(), join(root, 'two'))).toBe(isSame)
  })
})
