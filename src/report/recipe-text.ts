/** Recipes as a list, and one recipe as a page. */
import type { ErrorData } from '../base/errors.ts'
import { printable, printableLine } from './printable.ts'
import type { Style } from './style.ts'
import { table } from './table.ts'
import { indent, place } from './words.ts'

interface Source {
  readonly name: string
  readonly file: string
  readonly origin: 'folder' | 'shipped'
}

export interface RecipePage extends Source {
  readonly summary: string
  readonly description?: string
  readonly params: readonly ParamRow[]
  readonly examples: readonly { readonly title: string; readonly command: string }[]
}

export interface ParamRow {
  readonly name: string
  readonly flag: string
  readonly placeholder?: string
  readonly negation?: string
  readonly type: string
  readonly default?: string
  readonly required: boolean
  readonly help: string
}

/** One line per recipe; a broken one is listed with its error. */
export function recipeListText(
  recipes: readonly (Source & ({ readonly summary: string } | { readonly error: ErrorData }))[],
  style: Style,
): string {
  if (recipes.length === 0) return 'There are no recipes here; `ops init` writes one to start from.'
  const rows = recipes.map(recipe => [
    style.bold(printableLine(recipe.name)),
    style.dim(originText(recipe)),
    'summary' in recipe ? printableLine(recipe.summary) : style.red(brokenText(recipe.error)),
  ])
  return table([[style.dim('RECIPE'), style.dim('FROM'), ''], ...rows])
}

/** What a recipe does, its params as flags, and how to call it. */
export function recipeText(page: RecipePage, style: Style): string {
  const { name, summary, description, params, examples } = page
  const parts = [`${style.bold(name)}: ${printable(summary)}\n${style.dim(originText(page))}`]
  if (description) parts.push(printable(description).trim())
  if (params.length > 0) parts.push(`${style.dim('PARAMS')}\n${indent(paramsText(params, style), '  ')}`)
  const calls = examples.map(
    ({ title, command }) => `  ${style.dim(`# ${printableLine(title)}`)}\n  ${printableLine(command)}`,
  )
  if (calls.length === 0) calls.push(`  ${callText(name, params)}`)
  parts.push(`${style.dim('EXAMPLES')}\n${calls.join('\n')}`)
  return parts.join('\n\n')
}

/** One line per param: the flag, what it takes, its default, its help. */
function paramsText(params: readonly ParamRow[], style: Style): string {
  return table([
    [style.dim('FLAG'), style.dim('TYPE'), style.dim('DEFAULT'), ''],
    ...params.map(param => [
      style.bold(param.negation === undefined ? param.flag : `${param.flag}, ${param.negation}`),
      printableLine(param.type),
      param.required ? style.yellow('required') : printableLine(param.default ?? ''),
      printableLine(param.help),
    ]),
  ])
}

/** The shortest command line, for a recipe without examples. */
function callText(name: string, params: readonly ParamRow[]): string {
  const flags = params.flatMap(({ flag, placeholder, required }) =>
    required ? [`${flag} ${placeholder ?? ''}`.trim()] : [],
  )
  return printableLine(['ops apply', name, 'HOST', ...flags].join(' '))
}

function originText({ origin, file }: Source): string {
  return origin === 'shipped' ? 'shipped with ops' : place({ file, line: 1 }).replace(/:1$/, '')
}

function brokenText(error: ErrorData): string {
  const where = error.where ? ` (${place(error.where)})` : ''
  return `broken: ${printableLine(error.title)}${where}`
}
