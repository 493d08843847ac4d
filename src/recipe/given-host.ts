/** What a recipe's evaluation is given of its host, and of others. */
import type { RecipeHost } from './recipe.ts'

/** A host as whoever runs a recipe knows it. */
export interface GivenHost extends Omit<RecipeHost, 'values'> {
  /** Getters, which may throw input errors; left out where a project gives its hosts none. */
  readonly values?: object
  /** Other hosts of the project, by a word that means them. */
  others?(word: string): readonly GivenHost[]
  /** Takes in a secret that came from another host, so that it is never printed. */
  keeps?(secret: string): void
  /** Whether one of the values that were read by now is a secret. */
  readsSecrets?(): boolean
  /** Fetches what the recipe could not read yet; true where the recipe has to be called again. */
  settle?(): Promise<boolean>
}
