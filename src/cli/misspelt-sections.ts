/** Sections of ops.ini that give params to no recipe at all. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { type ErrorData, inputError } from '../base/errors.ts'
import { foldersAbove } from '../base/folders-above.ts'
import { didYouMean, nearest } from '../base/nearest.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { findJobs, findRecipes } from '../recipe/find.ts'
import type { LoadedRecipe } from '../recipe/load.ts'
import { findSite } from '../recipe/load-site.ts'

/**
 * Params that would be left out without a word: under a name much like that of one of these recipes; and in the ops.ini of the
 * project under any that is no recipe, job or part of its site. An inventory from elsewhere may serve other projects too.
 */
export function misspeltSections(
  recipes: readonly LoadedRecipe[],
  inventory: Inventory | undefined,
): readonly ErrorData[] {
  const cwd = process.cwd()
  const sections = inventory?.paramSections ?? []
  if (sections.length === 0) return []
  const names = recipes.map(each => each.name)
  // Recipes that are called by their path have neighbours too.
  const beside = recipes.flatMap(({ file }) => namesIn(dirname(file)))
  const known = [...names, ...[...findRecipes(cwd), ...findJobs(cwd)].map(each => each.name), ...beside]
  const stray = sections.filter(({ recipe }) => !known.includes(recipe))
  const without = names.filter(name => !sections.some(({ recipe }) => recipe === name))
  const isOwn = inventory?.file !== undefined && foldersAbove(cwd).includes(dirname(inventory.file))
  return stray.flatMap(({ recipe, where }) => {
    const near = nearest(recipe, without)
    const title = `[params ${recipe}] is for no recipe`
    if (near !== undefined) return [inputError(title, { where, next: `Did you mean [params ${near}]?` }).data]
    if (!isOwn || isWritten(recipe, cwd) || namesIn(dirname(where.file), 3).includes(recipe)) return []
    const next = `${didYouMean(recipe, known)}\`ops recipes\` lists them; leave the section out where it is for none.`
    return [inputError(title, { where, next }).data]
  })
}

/** Whether the site gives one of its parts that name, by `as`. */
function isWritten(name: string, cwd: string): boolean {
  const file = findSite(cwd)
  if (file === undefined) return false
  const text = readFileSync(file, 'utf8')
  const literal = /^\s*(?:'([^'\n]*)'|"([^"\n]*)"|`([^`$\n]*)`)\s*[,}\n]/
  // What is worked out may be any name.
  if (/[{,]\s*as\s*[,}]|\.\.\.\w/.test(text)) return true
  return [...text.matchAll(/\bas['"]?\s*:/g)].some(({ 0: key, index }) => {
    const given = literal.exec(text.slice(index + key.length))
    return given === null || given.slice(1).includes(name)
  })
}

/** Files without their endings, also in folders below as far as that. */
function namesIn(folder: string, depth = 0): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap(each => {
      if (!each.isDirectory()) return [each.name.replace(/\.[^.]*$/, '')]
      const isSource = depth > 0 && each.name !== 'node_modules' && !each.name.startsWith('.')
      return isSource ? namesIn(`${folder}/${each.name}`, depth - 1) : []
    })
  } catch {
    return []
  }
}
