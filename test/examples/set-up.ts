/** The set-ups of `examples/` as a person runs them: a folder with the recipe, a new host, and two runs. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { type Folder, folderWith, type Outcome } from '../cli/run-ops.ts'
import type { Host } from '../hosts/host.ts'

const examples = new URL('../../examples/', import.meta.url)

/** A folder with the recipes and templates of `examples/`. */
export function examplesFolder(): Folder {
  const paths = ['recipes', 'templates'].flatMap(folder =>
    readdirSync(new URL(folder, examples)).map(name => `${folder}/${name}`),
  )
  return folderWith(
    Object.fromEntries(paths.map(path => [path, readFileSync(new URL(path, examples), 'utf8')])),
  )
}

/** Runs a verb of ops with a recipe on the host. */
export const runOn = (folder: Folder, host: Host, recipe: string, env: Record<string, string> = {}) => ({
  apply: (...params: string[]): Promise<Outcome> =>
    folder.answer(['apply', recipe, host.name, '-F', host.sshConfig, '--yes', ...params], { env }),
  plan: (...params: string[]): Promise<Outcome> =>
    folder.answer(['plan', recipe, host.name, '-F', host.sshConfig, ...params], { env }),
})

/** From a new host to done, and then nothing to do, seen in one trip. */
export async function comesAbout(apply: () => Promise<Outcome>): Promise<void> {
  const first = await apply()
  expect([first.code, first.stderr]).toEqual([0, ''])
  if (process.env.OPS_EXAMPLES !== undefined) console.log(first.stdout)
  const second = await apply()
  expect([second.code, second.stderr]).toEqual([0, ''])
  expect(second.stdout).toMatch(/^nothing to do .* 1 trip$/m)
}
