/** `ops check RECIPE HOST...`. */
import { runRecipeVerb } from '../recipe-verb.ts'
import type { VerbContext } from '../verb.ts'

export function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  return runRecipeVerb('check', argv, screen)
}
