/** Runs a recipe file and answers with what it exports; TypeScript is compiled on the way and kept compiled. */
import { basename, dirname, extname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { cacheFolder } from '../base/cache-folder.ts'
import { type ErrorData, OpsError, type SourceLocation } from '../base/errors.ts'
import { isBuilt } from '../base/package-folder.ts'
import { EndlessRecipe, settled } from './bounded.ts'
import type { RecipeSource } from './find.ts'
import { createJiti } from './jiti.ts'
import { locationOf, locationOfText, sourceLine } from './source-location.ts'
import { rememberCompiler } from './written-place.ts'

/** Loads what `ops-recipes` stands for: whoever starts a run knows it, as it is made of every room below. */
export type RecipeLibrary = () => Promise<Readonly<Record<string, unknown>>>

/**
 * The exports of the recipe's module. `modules` are what it may import beside 'ops-recipes', by name.
 * @throws OpsError `input` for a syntax error, an import that is not there, whatever the file throws, or an
 *   `await` in it that does not end.
 */
export async function importRecipe(
  source: RecipeSource,
  library: RecipeLibrary,
  modules: Readonly<Record<string, unknown>> = {},
): Promise<Readonly<Record<string, unknown>>> {
  try {
    return source.origin === 'shipped' && isBuilt
      ? await importBuilt(source)
      : await importSource(source, { ...modules, 'ops-recipes': await library() })
  } catch (thrown) {
    throw new OpsError(loadingError(source, thrown), { cause: thrown })
  }
}

function importBuilt({ file }: RecipeSource): Promise<Readonly<Record<string, unknown>>> {
  return import(new URL(`./recipes/${basename(file, extname(file))}.js`, import.meta.url).href)
}

async function importSource(
  { file }: RecipeSource,
  modules: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const jiti = createJiti(pathToFileURL(`${dirname(file)}/`).href, {
    fsCache: cacheFolder('compiled') ?? false,
    sourceMaps: true,
    // The very modules that run here: a recipe's `secret()` and ours must be one class, and no install is needed.
    virtualModules: modules,
    interopDefault: false,
  })
  rememberCompiler(jiti)
  return await settled(jiti.import<Readonly<Record<string, unknown>>>(file))
}

function loadingError({ name, file, noun = 'recipe' }: RecipeSource, thrown: unknown): ErrorData {
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return (
    syntaxError(message) ??
    missingImport(file, message, noun) ??
    thrownWhileLoading(`${noun} ${name}`, file, thrown, message)
  )
}

/** As the compiler words it: `ParseError: TEXT\n FILE:LINE:COLUMN`. */
function syntaxError(message: string): ErrorData | undefined {
  const found = /ParseError: ([\s\S]*?)\s*\n\s*(\/.*):(\d+):(\d+)\s*$/.exec(message)
  if (!found?.[2]) return undefined
  // The compiler counts columns from 0.
  const where = { file: found[2], line: Number(found[3]), column: Number(found[4]) + 1 }
  return { ...inputAt(where), title: `syntax error: ${lowerFirst(found[1] ?? '')}` }
}

function missingImport(file: string, message: string, noun: string): ErrorData | undefined {
  const found = /Cannot find (?:module|package) '([^']+)'/.exec(message)
  if (!found?.[1]) return undefined
  const importer = /(?:imported from|Require stack:\s*-)\s+(?:file:\/\/)?(\/\S+)/.exec(message)?.[1] ?? file
  const where = locationOfText(importer, found[1]) ?? locationOfText(file, found[1]) ?? { file, line: 1 }
  const isRelative = /^[./]/.test(found[1])
  const next = isRelative
    ? 'Put the file there, or correct the path; it is relative to the file that imports it.'
    : "Everything that recipes need comes from 'ops-recipes', `z` included, and what jobs need from 'ops-recipes/jobs'; other packages must be installed beside the file."
  return { ...inputAt(where), title: `cannot find ${found[1]}, which the ${noun} imports`, next }
}

function thrownWhileLoading(name: string, file: string, thrown: unknown, message: string): ErrorData {
  if (thrown instanceof EndlessRecipe) {
    const title = `${name}: loading it was ended, as ${message}`
    return { ...inputAt({ file, line: 1 }), title, next: 'Look for an `await` of what never comes.' }
  }
  const kind = thrown instanceof Error ? thrown.name : 'a value that is not an error'
  const where = locationOf(thrown) ?? { file, line: 1 }
  return { ...inputAt(where), title: `${name} fails while it is loaded: ${kind}: ${written(message)}` }
}

function inputAt(where: SourceLocation): Omit<ErrorData, 'title'> {
  const detail = sourceLine(where)
  return { code: 'input', changed: 'no', where, ...(detail !== undefined && { detail }) }
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1)
}

/** The compiler calls an imported `z` `_opsRecipes.z`: people know only what they wrote. */
function written(message: string): string {
  return message.replaceAll(/\b_[A-Za-z]\w*\.(?=[A-Za-z])/g, '')
}
