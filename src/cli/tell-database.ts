/** What a person may have meant who gave the name of a database for that of a recipe. */
import type { ErrorData } from '../base/errors.ts'
import { readInventory } from '../inventory/read.ts'
import { databaseMeant } from '../inventory/select.ts'
import { noRecipe } from '../recipe/find.ts'
import type { CommonSettings } from './flags.ts'

/** Says so where the name of the recipe that was not found is one of a database. */
export function tellDatabase(errors: ErrorData[], name: string, { inventoryFile }: CommonSettings): void {
  const at = errors.findIndex(({ title }) => title === noRecipe(name))
  const [error] = errors.slice(at, at + 1)
  if (at < 0 || !error) return
  try {
    const meant = databaseMeant(
      readInventory(inventoryFile === undefined ? {} : { file: inventoryFile }),
      name,
    )
    errors.splice(at, 1, { ...error, next: `${meant}${error.next ?? ''}` })
  } catch {
    // What is wrong with it is told where its hosts are read.
  }
}
