import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { InputErrors } from '../../src/base/errors.ts'
import { recipeLibrary as library } from '../../src/cli/recipe-library.ts'
import type { Step } from '../../src/engine/step.ts'
import { evaluate } from '../../src/recipe/evaluate.ts'
import { loadRecipe } from '../../src/recipe/load.ts'

const host = { name: 'web1', address: '192.0.2.1', groups: [] }

/** Its types are longer than what is left of them. */
const thrower = (name: string) =>
  `const   ${name} = (t: { a: string }): string => { return     (undefined as any as { x: string }).x + '${name}' + t.a }`

test.each(['places.ts', 'places.mts'])(
  '%s: places are those that were written, whatever the compiler made of it',
  async name => {
    const written = `import { recipe, z, file, command } from 'ops-recipes'; ${thrower('inFirstLine')}

interface Thing { a: string
  b?: number }

${thrower('pick')}

export default recipe({
  summary: 'S',
  params: { how: z.string() },
  steps: ({ params: { how } }) => [
    file({ path: '/a', content: 'x' }), command({
      run: 'true', creates: '/x' }),
    ...(how === 'pick' ? [file({ path: pick({ a: 'x' } satisfies { a: string }) })] : []),
    ...(how === 'inFirstLine' ? [file({ path: inFirstLine({ a: 'x' }) })] : []),
    ...(how === 'bad' ? [file({ path: '/b', content: 'x' }),    file({ path: 'relative' })] : []),
  ],
})
`
    const folder = mkdtempSync(join(tmpdir(), 'ops-places-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    process.env.XDG_CACHE_HOME = join(folder, 'cache')
    writeFileSync(join(folder, name), written)
    const loaded = await loadRecipe(join(folder, name), { library, checkTypes: false })
    const placeOf = (text: string) => {
      const before = written.slice(0, written.indexOf(text))
      return { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') }
    }
    const run = (how: string) => evaluate(loaded, { how }, host)
    const errorOf = (how: string) => {
      try {
        run(how)
      } catch (thrown) {
        return (thrown as InputErrors).errors[0]
      }
      return undefined
    }
    const steps = (run('') as { steps: readonly Step[] }).steps
    expect(steps.map(step => step.where)).toMatchObject([placeOf("file({ path: '/a'"), placeOf('command({')])
    for (const how of ['pick', 'inFirstLine'])
      expect(errorOf(how)?.where).toMatchObject(placeOf(`x + '${how}'`))
    expect(errorOf('bad')?.where).toMatchObject(placeOf("file({ path: 'relative'"))
  },
)
