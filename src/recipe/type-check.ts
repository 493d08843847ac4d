/** Checks a recipe's types, once per content: an unchanged recipe costs a hash. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { cacheFolder, pruneCache } from '../base/cache-folder.ts'
import type { ErrorData } from '../base/errors.ts'
import { packageFolder } from '../base/package-folder.ts'
import { opsVersion } from '../base/version.ts'
import { compile, type Diagnostic } from './compiler.ts'
import { importedPackages, localSources } from './local-imports.ts'
import { sourceLine } from './source-location.ts'
import { findValuesSchema } from './values-file.ts'

/** All type errors of the recipe and the files it imports, each with its place; empty for JavaScript. */
export async function typeErrors(file: string): Promise<readonly ErrorData[]> {
  if (!/\.[cm]?ts$/.test(file)) return []
  const folder = cacheFolder('checked')
  const values = findValuesSchema(file)
  const also = values === undefined || values === file ? [] : [values]
  const sources = new Map([file, ...also].flatMap(each => [...localSources(each)]))
  const packages = importedPackages(sources)
  const mark = folder && join(folder, fingerprint(dirname(resolve(file)), new Map([...sources, ...packages])))
  if (mark !== undefined && existsSync(mark)) return []
  const errors = await diagnose(file, also)
  if (folder !== undefined && mark !== undefined && errors.length === 0) {
    try {
      pruneCache(folder)
      writeFileSync(mark, '', { mode: 0o600 })
    } catch {
      // A cache that cannot be written costs time, nothing else.
    }
  }
  return errors
}

/** Changes with every byte that the verdict depends on: the sources as they lie to one another, and the types they are checked with. */
function fingerprint(folder: string, sources: ReadonlyMap<string, string>): string {
  const hash = createHash('sha256').update(`${opsVersion()}\0${typesStamp()}\0`)
  for (const [path, text] of sources) hash.update(`${relative(folder, resolve(path))}\0${text}\0`)
  return hash.digest('hex')
}

function typesStamp(): string {
  const stamp = join(packageFolder, 'dist', 'types-stamp')
  return existsSync(stamp) ? readFileSync(stamp, 'utf8') : ''
}

/** "Could not find a declaration file for module": a package without types is no mistake of the recipe. */
const untypedPackage = 7016

async function diagnose(file: string, also: readonly string[]): Promise<readonly ErrorData[]> {
  const folder = dirname(resolve(file))
  const found = await compile([resolve(file), ...also], folder)
  return found.filter(each => each.code !== untypedPackage && !isOurs(each.where?.file)).map(errorOf)
}

function isOurs(file: string | undefined): boolean {
  return (
    file !== undefined &&
    (file.startsWith(join(packageFolder, 'src/')) || file.startsWith(join(packageFolder, 'dist/')))
  )
}

function errorOf({ where, text }: Diagnostic): ErrorData {
  const [title = '', ...more] = withoutPaths(text).split('\n')
  const base: ErrorData = { code: 'input', changed: 'no', title: `type error: ${title}` }
  if (where === undefined) return base
  const detail = [sourceLine(where), ...more].filter(line => line !== undefined).join('\n')
  return { ...base, where, ...(detail !== '' && { detail }) }
}

/** Types are named by the file that declares them, which says nothing to somebody who wrote `z`. */
function withoutPaths(text: string): string {
  return text.replaceAll(/typeof import\("[^"]*\/zod\/[^"]*"\)/g, 'z').replaceAll(/import\("[^"]*"\)\./g, '')
}
