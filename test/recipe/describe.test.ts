import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageFolder } from '../../src/base/package-folder.ts'
import { recipeLibrary as library } from '../../src/cli/recipe-library.ts'
import { secret, z } from '../../src/index.ts'
import { parseInventory } from '../../src/inventory/parse.ts'
import { describeRecipe } from '../../src/recipe/describe.ts'
import { writeInitFiles } from '../../src/recipe/init.ts'
import { loadRecipe } from '../../src/recipe/load.ts'
import { recipe } from '../../src/recipe/recipe.ts'
import { describeResource } from '../../src/resources/docs/describe.ts'
import { contracts } from '../../src/resources/index.ts'
import { temporaryFolder, writeFiles } from '../temporary-folder.ts'

const folder = temporaryFolder()

describe('the docs of a recipe', () => {
  test('show its examples as commands', () => {
    const docs = describeRecipe({
      name: 'app',
      file: '/recipes/app.ts',
      folder: '/recipes',
      origin: 'folder',
      recipe: recipe({
        summary: 'Serves an app.',
        params: {
          listen: z.number().default(80),
          tags: z.array(z.string()).default([]),
          debug: z.boolean().default(true),
          key: secret().optional(),
        },
        examples: [{ title: 'Another port', params: { listen: 8080, tags: ["it's", 'b'], debug: false } }],
        steps: () => [],
      }),
    })
    expect(docs.examples).toEqual([
      { title: 'Another port', command: "ops apply app HOST --listen 8080 --tags 'it'\\''s,b' --no-debug" },
    ])
    expect(docs.params.map(each => each.flag)).toEqual(['--listen', '--tags', '--debug', '--key'])
  })
})

describe('the docs of every resource', () => {
  test.each(Object.entries(contracts))('%s: each param has help, each example is code', (type, contract) => {
    const docs = describeResource(contract)
    expect(docs.type).toBe(type)
    expect(docs.params.length).toBeGreaterThan(0)
    for (const param of docs.params) expect(param.help, `help of ${type}.${param.name}`).not.toBe('')
    for (const { code } of docs.examples) expect(code).toMatch(new RegExp(`^${type}\\(\\{[\\s\\S]*\\}\\)$`))
  })
})

describe('what `ops init` writes', () => {
  test('is an inventory that reads and a recipe that loads, and nothing is overwritten', async () => {
    process.env.XDG_CACHE_HOME = join(folder, 'cache')
    writeFiles(folder, { 'tsconfig.json': 'mine' })
    expect(writeInitFiles(folder).map(({ path, written }) => [path, written])).toEqual([
      ['ops.ini', true],
      ['recipes/hello.ts', true],
      ['tsconfig.json', false],
      ['.ops/.gitignore', true],
      ['.ops/package', true],
    ])
    expect(readFileSync(join(folder, 'tsconfig.json'), 'utf8')).toBe('mine')
    expect(parseInventory(readFileSync(join(folder, 'ops.ini'), 'utf8'), 'ops.ini').hosts.size).toBe(0)
    expect((await loadRecipe('hello', { library, cwd: folder })).recipe.summary).toMatch(/greeting/)
    expect(writeInitFiles(folder).some(each => each.written)).toBe(false)
  })

  test('names no path of this machine in what is to be shared, and the types are found all the same', () => {
    const own = join(folder, 'editor')
    const files = writeInitFiles(own)
    for (const { path } of files.filter(each => each.path !== '.ops/package'))
      expect(readFileSync(join(own, path), 'utf8')).not.toContain(packageFolder)
    const tsc = join(packageFolder, 'node_modules', '.bin', 'tsc')
    expect(spawnSync(tsc, ['-p', own], { encoding: 'utf8' })).toMatchObject({ status: 0, stdout: '' })
  })

  test('says so where it may not write', () => {
    expect(existsSync('/proc/version')).toBe(true)
    expect(() => writeInitFiles('/proc/version')).toThrow('cannot write /proc/version/ops.ini')
  })
})
