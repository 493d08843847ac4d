/** Where recipes lie: `recipes/` of the current folder or above it, then those that ops ships. */
import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { type ErrorData, inputError } from '../base/errors.ts'
import { foldersAbove } from '../base/folders-above.ts'
import { didYouMean } from '../base/nearest.ts'
import { packageFolder } from '../base/package-folder.ts'

/** A recipe file that was found, not loaded yet. */
export interface RecipeSource {
  readonly name: string
  readonly file: string
  /** `folder` for a person's own, `shipped` for those that come with ops. */
  readonly origin: 'folder' | 'shipped'
  /** What errors call it; a recipe where nothing is said. */
  readonly noun?: 'recipe' | 'job' | 'values file' | 'site'
}

/** Of files of recipes and jobs. */
export const extensions = ['.ts', '.mts', '.js', '.mjs']
const recipeName = /^[A-Za-z0-9][A-Za-z0-9_-]*$/

/** Every recipe that can be called by name, own ones first; an own one hides the shipped one of the same name. */
export function findRecipes(cwd: string): readonly RecipeSource[] {
  const own = ownFolder(cwd)
  const found = [...(own === undefined ? [] : recipesIn(own, 'folder')), ...shippedRecipes()]
  const byName = new Map<string, RecipeSource>()
  for (const source of found) if (!byName.has(source.name)) byName.set(source.name, source)
  return [...byName.values()]
}

/** The title of the error where there is none of this name. */
export const noRecipe = (name: string): string => `there is no recipe ${JSON.stringify(name)}`

/**
 * Finds one recipe: a bare word is a name; with a slash or an extension it is a path.
 * @throws OpsError `input` when there is none, with the nearest name.
 */
export function findRecipe(nameOrPath: string, cwd: string): RecipeSource {
  if (!recipeName.test(nameOrPath)) return recipeAt(nameOrPath, cwd)
  const found = findRecipes(cwd)
  const source = found.find(each => each.name === nameOrPath)
  if (source !== undefined) return source
  const near = didYouMean(
    nameOrPath,
    found.map(each => each.name),
  )
  throw inputError(noRecipe(nameOrPath), {
    detail: `Looked for ${join('recipes', `${nameOrPath}.ts`)} in ${foldersAbove(cwd).join(', ')}, and among the shipped recipes.`,
    next: `${near}\`ops recipes\` lists them; a path such as ./${nameOrPath}.ts works too.`,
  })
}

/** Files that lie among recipes or jobs and that no verb finds, as their names are none: better told than looked for. */
export function misnamedIn(
  cwd: string,
  folderName: 'recipes' | 'jobs',
): readonly (RecipeSource & { readonly error: ErrorData })[] {
  const all = foldersAbove(cwd).map(folder => join(folder, folderName))
  const folder = ownFolder(cwd, folderName) ?? all.find(each => misnamed(each).length > 0)
  if (folder === undefined) return []
  const title = `its name is none of a ${folderName.slice(0, -1)}`
  const { data: error } = inputError(title, { next: 'Name the file with letters, digits, - and _.' })
  return misnamed(folder).map(name => ({
    name: basename(name, extname(name)),
    file: join(folder, name),
    origin: 'folder',
    error,
  }))
}

/** What has a dot in its name is a declaration or a test. */
function misnamed(folder: string): readonly string[] {
  return names(folder)
    .filter(name => extensions.includes(extname(name)))
    .filter(name => /^[^_.][^.]*$/.test(basename(name, extname(name))))
    .filter(name => !recipeName.test(basename(name, extname(name))))
    .sort()
}

/** The job files of the project: `jobs/` of the current folder or above it. */
export function findJobs(cwd: string): readonly RecipeSource[] {
  const own = ownFolder(cwd, 'jobs')
  return own === undefined
    ? []
    : recipesIn(own, 'folder').map(source => ({ ...source, noun: 'job' as const }))
}

/**
 * Finds one job file, by its name or its path.
 * @throws OpsError `input` when there is none, with the nearest name.
 */
export function findJob(nameOrPath: string, cwd: string): RecipeSource {
  if (!recipeName.test(nameOrPath)) return { ...recipeAt(nameOrPath, cwd, 'job file'), noun: 'job' }
  const found = findJobs(cwd)
  const source = found.find(each => each.name === nameOrPath)
  if (source !== undefined) return source
  const names = found.map(each => each.name)
  throw inputError(`there is no job ${JSON.stringify(nameOrPath)}`, {
    detail: `Looked for ${join('jobs', `${nameOrPath}.ts`)} in ${foldersAbove(cwd).join(', ')}.`,
    next: `${didYouMean(nameOrPath, names)}\`ops job list\` shows those that there are; \`ops job --help\` shows what one looks like.`,
  })
}

/** The recipes that come with ops. */
function shippedRecipes(): readonly RecipeSource[] {
  return recipesIn(join(packageFolder, 'recipes'), 'shipped')
}

function recipeAt(path: string, cwd: string, noun = 'recipe file'): RecipeSource {
  const file = resolve(cwd, path)
  const candidates = [file, ...extensions.map(extension => file + extension)]
  const found = candidates.find(isFile)
  if (found === undefined) {
    throw inputError(`there is no ${noun} ${file}`, {
      next: `Give the path of a .ts file, or a name that \`ops ${noun === 'job file' ? 'job list' : 'recipes'}\` lists.`,
    })
  }
  if (!extensions.includes(extname(found))) {
    throw inputError(`${found} is not a recipe: it is not a TypeScript or JavaScript file`, {
      next: `Recipes end in ${extensions.join(', ')}.`,
    })
  }
  const isShipped = dirname(found) === join(packageFolder, 'recipes')
  return { name: basename(found, extname(found)), file: found, origin: isShipped ? 'shipped' : 'folder' }
}

/** The nearest folder of that name with a file of the kind in it, unless it is the shipped one itself. */
function ownFolder(cwd: string, folderName = 'recipes'): string | undefined {
  return foldersAbove(cwd)
    .map(folder => join(folder, folderName))
    .find(folder => folder !== join(packageFolder, 'recipes') && recipesIn(folder, 'folder').length > 0)
}

/** Files that begin with `_` or `.` are parts that recipes import; so are declarations and tests. */
function recipesIn(folder: string, origin: RecipeSource['origin']): readonly RecipeSource[] {
  return names(folder)
    .filter(name => extensions.includes(extname(name)) && recipeName.test(basename(name, extname(name))))
    .sort()
    .map(name => ({ name: basename(name, extname(name)), file: join(folder, name), origin }))
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}
