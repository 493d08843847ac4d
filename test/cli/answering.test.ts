import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { folderWith } from './run-ops.ts'

const recipeThat = (does: string): string => `
import { recipe } from 'ops-recipes'
import { what } from './_what.ts'
export default recipe({ summary: '${does} ' + what, params: {}, steps: () => [] })
`

test('a program that answers many command lines reads what is edited between them, and forgets the environment of one', async () => {
  const folder = folderWith({
    'recipes/made.ts': recipeThat('Mends'),
    'recipes/_what.ts': `export const what = 'a fence.'`,
  })
  onTestFinished(() => folder.remove())
  const write = (name: string, text: string) => writeFileSync(join(folder.path, 'recipes', name), text)
  const page = async () => (await folder.answer(['recipes', 'made'])).stdout
  expect(await page()).toContain('Mends a fence.')
  write('_what.ts', `export const what = 'a roof.'`)
  expect(await page()).toContain('Mends a roof.')
  write('made.ts', recipeThat('Paints'))
  expect(await page()).toContain('Paints a roof.')
  write('made.ts', 'export default nothing that compiles')
  expect(await folder.answer(['recipes', 'made'])).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('syntax error'),
  })
  write('made.ts', `${recipeThat('Sees')}\nif (process.env.SEEN) throw new Error('seen')`)
  expect((await folder.answer(['recipes', 'made'], { env: { SEEN: 'yes' } })).stderr).toContain('seen')
  expect(await page()).toContain('Sees a roof.')
})
