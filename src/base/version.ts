/** The version of ops, from its own package.json. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from './package-folder.ts'

let known: string | undefined

/** The version as in package.json. */
export function opsVersion(): string {
  known ??= String(JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')).version)
  return known
}
