/** Sections of ops.ini whose recipe was written slightly wrong. */
import { readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { type ErrorData, inputError } from '../base/errors.ts'
import { nearest } from '../base/nearest.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { findRecipes } from '../recipe/find.ts'
import type { LoadedRecipe } from '../recipe/load.ts'

/** Params of no recipe at all, under a name much like this one: they would be left out without a word. */
export function misspeltSections(
  { name, file }: LoadedRecipe,
  inventory: Inventory | undefined,
): readonly ErrorData[] {
  const sections = inventory?.paramSections ?? []
  if (sections.some(({ recipe }) => recipe === name)) return []
  // Recipes that are called by their path have neighbours too.
  const beside = readdirSync(dirname(file)).map(each => each.replace(/\.[^.]*$/, ''))
  const known = [...findRecipes(process.cwd()).map(each => each.name), ...beside]
  return sections
    .filter(({ recipe }) => recipe !== name && !known.includes(recipe) && nearest(recipe, [name]) === name)
    .map(
      ({ recipe, where }) =>
        inputError(`[params ${recipe}] is for no recipe`, {
          where,
          next: `Did you mean [params ${name}]?`,
        }).data,
    )
}
