/** Loads a recipe by name or path: found, compiled, checked and proved to be one. */
import { dirname } from 'node:path'
import { errorDataOf, InputErrors, inputError } from '../base/errors.ts'
import type { ParamsOwner } from '../params/shape.ts'
import { findRecipe, findRecipes, misnamedIn, type RecipeSource } from './find.ts'
import { importRecipe, type RecipeLibrary } from './import-recipe.ts'
import type { Recipe } from './recipe.ts'
import { recipeProblems } from './recipe-problems.ts'
import { typeErrors } from './type-check.ts'

export interface LoadedRecipe extends RecipeSource {
  readonly recipe: Recipe
  /** What paths in the recipe's params are relative to. */
  readonly folder: string
}

/** Its params, for whoever asks for them. */
export function paramsOfRecipe({ name, recipe }: LoadedRecipe): ParamsOwner {
  return { kind: 'recipe', name, params: recipe.params, shownBy: `ops recipes ${name}` }
}

/** A recipe of the listing; a broken one has its error instead of a summary. */
export type ListedRecipe = RecipeSource &
  ({ readonly summary: string } | { readonly error: ReturnType<typeof errorDataOf> })

export interface LoadOptions {
  readonly library: RecipeLibrary
  /** Where names and paths start from. Default: the current folder. */
  readonly cwd?: string
  /** Types are checked once per content. Default: true; shipped recipes were checked when ops was built. */
  readonly checkTypes?: boolean
}

/**
 * Finds and loads one recipe.
 * @throws OpsError or InputErrors, all `input`: not found, syntax, types, what it throws, or not a recipe.
 */
export async function loadRecipe(nameOrPath: string, options: LoadOptions): Promise<LoadedRecipe> {
  const source = findRecipe(nameOrPath, options.cwd ?? process.cwd())
  return loadSource(source, options.library, options.checkTypes ?? true)
}

/** Every recipe that can be called by name, loaded for its summary. */
export async function listRecipes(
  library: RecipeLibrary,
  cwd: string = process.cwd(),
): Promise<readonly ListedRecipe[]> {
  const found = findRecipes(cwd).map(source => listed(source, library))
  return [...(await Promise.all(found)), ...misnamedIn(cwd, 'recipes')]
}

async function listed(source: RecipeSource, library: RecipeLibrary): Promise<ListedRecipe> {
  try {
    const { recipe } = await loadSource(source, library, false)
    return { ...source, summary: recipe.summary }
  } catch (thrown) {
    const first = thrown instanceof InputErrors ? thrown.errors[0] : undefined
    return { ...source, error: first ?? errorDataOf(thrown, 'input') }
  }
}

async function loadSource(
  source: RecipeSource,
  library: RecipeLibrary,
  checkTypes: boolean,
): Promise<LoadedRecipe> {
  const isChecked = checkTypes && source.origin === 'folder'
  const exported = await importRecipe(source, library).catch(async (thrown: unknown) => {
    throw isChecked ? await withTypeErrors(source, thrown) : thrown
  })
  const errors = isChecked ? await typeErrors(source.file) : []
  if (errors.length > 0) throw new InputErrors(errors)
  const recipe = exported.default
  const problems = recipeProblems(recipe)
  if (problems.length > 0) {
    throw new InputErrors(
      problems.map(
        problem =>
          inputError(`recipe ${source.name}: ${problem.title}`, {
            where: { file: source.file, line: 1 },
            ...(problem.next !== undefined && { next: problem.next }),
          }).data,
      ),
    )
  }
  return { ...source, folder: dirname(source.file), recipe: recipe as Recipe }
}

/** What a recipe throws while it loads is mostly a slip that the types tell better; the other errors speak for themselves. */
async function withTypeErrors(source: RecipeSource, thrown: unknown): Promise<unknown> {
  const error = errorDataOf(thrown, 'input')
  if (error.title.startsWith('syntax error')) return thrown
  const found = await typeErrors(source.file)
  const elsewhere = found.filter(
    each => each.where?.line !== error.where?.line || each.where?.file !== error.where?.file,
  )
  const isSlip = elsewhere.length < found.length && !error.title.startsWith('cannot find')
  return new InputErrors(isSlip ? found : [error, ...elsewhere])
}
