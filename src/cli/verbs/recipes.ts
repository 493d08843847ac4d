/** `ops recipes [NAME]`: what there is, or what one does and takes. */
import { type ErrorData, InputErrors } from '../../base/errors.ts'
import { describeRecipe } from '../../recipe/describe.ts'
import { listRecipes, loadRecipe } from '../../recipe/load.ts'
import { recipeListText, recipeText } from '../../report/recipe-text.ts'
import { helped, parseArgv, verbCommand } from '../argv.ts'
import { recipeLibrary } from '../recipe-library.ts'
import type { VerbContext } from '../verb.ts'

export async function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const description = 'Lists recipes, those of this folder before those that ops ships; or shows one.'
  const command = verbCommand('recipes', '[NAME]', description).option('--json', 'JSON on stdout')
  if (helped(command, argv, screen)) return 0
  const errors: ErrorData[] = []
  const { operands, options } = parseArgv(command, argv, errors)
  if (errors.length > 0) throw new InputErrors(errors)
  const [name] = operands
  if (name === undefined) {
    const recipes = await listRecipes(recipeLibrary)
    if (options.json === true) screen.out(`${JSON.stringify(recipes)}\n`)
    else screen.out(`${recipeListText(recipes, screen.style)}\n`)
    return 0
  }
  const page = describeRecipe(await loadRecipe(name, { library: recipeLibrary }))
  if (options.json === true) screen.out(`${JSON.stringify(page)}\n`)
  else screen.out(`${recipeText(page, screen.style)}\n`)
  return 0
}
