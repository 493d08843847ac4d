/** What recipes import from `ops-recipes`, for those who load them: the very modules that run here. */
import type { RecipeLibrary } from '../recipe/import-recipe.ts'

export const recipeLibrary: RecipeLibrary = () => import('../index.ts')
