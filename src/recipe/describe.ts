/** The docs of one recipe, as data: for `ops recipes NAME` and generated pages. */

import { valueText } from '../params/doc.ts'
import { describeParams, flagOf, type ParamDoc } from '../params/param-docs.ts'
import { quote } from '../shell/quote.ts'
import type { LoadedRecipe } from './load.ts'

export interface RecipeDocs {
  readonly name: string
  readonly file: string
  readonly origin: LoadedRecipe['origin']
  readonly summary: string
  readonly description?: string
  readonly params: readonly ParamDoc[]
  readonly examples: readonly { readonly title: string; readonly command: string }[]
}

/** Examples become command lines to copy. */
export function describeRecipe({ name, file, origin, recipe }: LoadedRecipe): RecipeDocs {
  const { summary, description, examples = [] } = recipe
  return {
    name,
    file,
    origin,
    summary,
    ...(description !== undefined && { description }),
    params: describeParams(recipe.params),
    examples: examples.map(({ title, verb = 'apply', params }) => ({
      title,
      command: ['ops', verb, name, 'HOST', ...Object.entries(params).flatMap(flagWords)].join(' '),
    })),
  }
}

function flagWords([name, value]: [string, unknown]): readonly string[] {
  if (value === undefined) return []
  if (typeof value === 'boolean') return [value ? flagOf(name) : `--no-${flagOf(name).slice(2)}`]
  return [flagOf(name), quote(valueText(value) ?? '')]
}
