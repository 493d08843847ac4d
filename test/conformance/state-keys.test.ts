import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { compile, type Diagnostic } from '../../src/recipe/compiler.ts'
import type * as all from '../../src/resources/all.ts'
import { temporaryFolder } from '../temporary-folder.ts'

type KeyOf<Made> = Made extends { readonly definition: unknown; readonly stateKey?: infer Key } ? Key : never

type Loose = {
  [Name in keyof typeof all]: string extends KeyOf<(typeof all)[Name]> ? Name : never
}[keyof typeof all]

/** Resources of whose keys types know nothing: `npm run check` names them here, as what is missing. */
const loose: Record<Loose, never> = {}

const source = fileURLToPath(new URL('../../src/', import.meta.url))

/** A mistake in the resource that stands in this file of `src/resources`, and what the compiler says of it. */
const mistakes: readonly [name: string, from: string, to: string, said: RegExp][] = [
  ['apt', "[dpkgRun]: 'complete'", "'dpkg runs': 'complete'", /parse gives no dpkg runs/],
  ['apt', "'component')", "'components')", /'"components"' is not assignable/],
  ['assertion', '{ output: expect }', '{ outputs: expect }', /parse gives no outputs/],
  ['compose-project', "differs('compose.yaml')", "differs('compose.yml')", /'"compose.yml"'/],
  ['mysql-settings', "running: 'yes'", "runs: 'yes'", /parse gives no runs/],
  ['mysql-settings', "(settings, 'running')", "(settings, 'runs')", /'"runs"' is not assignable/],
  ['mysql-settings', 'actual[`over ${key}`]', 'actual[`ower ${key}`]', /ower/],
  ['mysql-user', 'password: mask', 'passwrd: mask', /parse gives no passwrd/],
  ['mysql-user', "'on')", "'in')", /'"in"' is not assignable/],
  ['mysql-user', 'actual.writes', 'actual.wrties', /'wrties' does not exist/],
  ['postgres-settings', 'file: dress', 'files: dress', /parse gives no files/],
  ['postgres-settings', "'running',", "'runs',", /'"runs"' is not assignable/],
  ['postgres-settings', "differs('file')", "differs('flie')", /'"flie"' is not assignable/],
]

const fileOf = (index: number) => `${index}.ts`

const planted = mistakes.map(([name, from, to]) => {
  const text = readFileSync(join(source, 'resources', `${name}.ts`), 'utf8')
  expect(text, name).toContain(from)
  return text
    .replace(from, to)
    .replaceAll("from '../", `from '${source}`)
    .replaceAll("from './", `from '${source}resources/`)
})

const folder = temporaryFolder(Object.fromEntries(planted.map((text, index) => [fileOf(index), text])))
let found: readonly Diagnostic[] = []
beforeAll(async () => {
  const files = mistakes.map((_, index) => join(folder, fileOf(index)))
  found = await compile([...files, join(source, 'shell/text-files.d.ts')], folder)
})

test('types know the keys of each resource', () => {
  expect(loose).toEqual({})
})

test('where a key is named by params, a typo in what stands beside it is an error as well', () => {
  const said = mistakes.map(([name, from, to], index) => {
    const told = found.filter(({ where }) => where?.file === join(folder, fileOf(index)))
    return [name, from, to, told.map(({ text }) => text).join('\n')]
  })
  expect(said).toEqual(
    mistakes.map(([name, from, to, words]) => [name, from, to, expect.stringMatching(words)]),
  )
  expect(found.filter(({ where }) => !where?.file.startsWith(folder))).toEqual([])
})
