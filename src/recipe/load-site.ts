/** Finds and loads site.ts of a project. */
import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type ErrorData, InputErrors, inputError } from '../base/errors.ts'
import { foldersAbove } from '../base/folders-above.ts'
import { importRecipe, type RecipeLibrary } from './import-recipe.ts'
import { type LoadedRecipe, loadRecipe } from './load.ts'
import { partNameProblem } from './part-names.ts'
import { fileOfRecipe, type Recipe } from './recipe.ts'
import { recipeProblems } from './recipe-problems.ts'
import type { SiteEntry } from './site.ts'
import { typeErrors } from './type-check.ts'
import { nameOfFile } from './use.ts'
import { writtenPlace } from './written-place.ts'

export interface LoadedEntry extends SiteEntry {
  readonly loaded: LoadedRecipe
}

export interface LoadedSite {
  readonly file: string
  readonly entries: readonly LoadedEntry[]
}

/** The nearest one, of this folder or above. */
export function findSite(cwd: string): string | undefined {
  return foldersAbove(cwd)
    .flatMap(folder => ['site.ts', 'site.mts', 'site.js', 'site.mjs'].map(name => join(folder, name)))
    .find(path => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
}

/** @throws OpsError or InputErrors, `input`, with all that is wrong. */
export async function loadSite(file: string, library: RecipeLibrary): Promise<LoadedSite> {
  const source = { name: 'site', file, origin: 'folder', noun: 'site' } as const
  const { default: exported } = await importRecipe(source, library)
  const errors: ErrorData[] = [...(await typeErrors(file))]
  if (errors.length > 0) throw new InputErrors(errors)
  const written = entriesOf(exported)
  if (!written) {
    const next = "Write `export default site([on('web', nginx)])`, with site and on from ops-recipes."
    throw inputError('site.ts exports no site', { where: { file, line: 1 }, next })
  }
  if (written.length === 0)
    throw inputError('the site is empty: it names no hosts', {
      where: { file, line: 1 },
      next: "Write `on('web', nginx)` into it: a check of nothing would look like one that went well.",
    })
  const entries: LoadedEntry[] = []
  for (const entry of written) {
    const where = entry.where ? writtenPlace(entry.where) : { file, line: 1 }
    const refuse = (title: string, next?: string): void =>
      void errors.push(inputError(title, { where, ...(next !== undefined && { next }) }).data)
    // JavaScript hands over anything.
    const { hosts }: { readonly hosts: unknown } = entry
    if (!Array.isArray(hosts) || hosts.length === 0 || hosts.some(word => typeof word !== 'string'))
      refuse('an entry of the site names no hosts', "Write `on('web', ...)`.")
    const misnamed = partNameProblem(entry.as)
    if (misnamed) refuse(misnamed.title, misnamed.next)
    try {
      entries.push({ ...entry, where, loaded: await loadedOf(entry, file, library) })
    } catch (thrown) {
      if (!(thrown instanceof InputErrors)) throw thrown
      errors.push(...thrown.errors.map(each => ({ ...each, where: each.where ?? where })))
    }
  }
  if (errors.length > 0) throw new InputErrors(errors)
  return { file, entries }
}

async function loadedOf(
  { recipe, as }: SiteEntry,
  file: string,
  library: RecipeLibrary,
): Promise<LoadedRecipe> {
  if (typeof recipe === 'string') {
    const loaded = await loadRecipe(recipe, { library, cwd: dirname(file) }).catch(asInputErrors)
    return as === undefined ? loaded : { ...loaded, name: as }
  }
  const made = madeIn(recipe)
  const name = as ?? (made === undefined ? 'part' : nameOfFile(made))
  const problems = recipeProblems(recipe)
  if (problems.length > 0)
    throw new InputErrors(problems.map(({ title, next }) => problem(name, title, next)))
  const from = made ?? file
  return { name, file: from, folder: dirname(from), origin: 'folder', recipe }
}

function asInputErrors(thrown: unknown): never {
  const isData = thrown instanceof Error && 'data' in thrown
  throw isData ? new InputErrors([(thrown as { data: ErrorData }).data]) : thrown
}

function problem(name: string, title: string, next: string | undefined): ErrorData {
  return inputError(`recipe ${name}: ${title}`, next === undefined ? {} : { next }).data
}

const madeIn = (recipe: Recipe): string | undefined =>
  typeof recipe === 'object' && recipe !== null ? fileOfRecipe(recipe) : undefined

function entriesOf(exported: unknown): readonly SiteEntry[] | undefined {
  if (typeof exported !== 'object' || exported === null || !('entries' in exported)) return undefined
  const { entries } = exported
  const isEntry = (each: unknown): boolean =>
    typeof each === 'object' && each !== null && 'hosts' in each && 'recipe' in each && 'params' in each
  return Array.isArray(entries) && entries.every(isEntry) ? entries : undefined
}
