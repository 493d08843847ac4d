/** A recipe as a part of another: its params checked, its steps marked with where they came from. */
import { basename, dirname, extname } from 'node:path'
import { z } from 'zod'
import { type ErrorData, InputErrors, inputError, type SourceLocation } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'
import { callSite, type PartUse, type Step } from '../engine/step.ts'
import { kindOf } from '../params/kind.ts'
import type { ParamShape } from '../params/shape.ts'
import { flattenSteps } from './flatten-steps.ts'
import type { LoadedRecipe } from './load.ts'
import { partNameProblem } from './part-names.ts'
import { fileOfRecipe, type Recipe, type RecipeContext, type Use, type UseOptions } from './recipe.ts'
import { recipeProblems } from './recipe-problems.ts'

type Params = Readonly<Record<string, unknown>>

/** Deeper than anybody nests recipes: one of them uses itself. */
const deepest = 50

/** `use` for one evaluation. */
export function useWith(context: Omit<RecipeContext<ParamShape>, 'params' | 'use'>): Use {
  let depth = 0
  const use = (recipe: Recipe, given: Params = {}, { as }: UseOptions = {}): readonly Step[] => {
    const where = callSite()
    const file = isObject(recipe) ? fileOfRecipe(recipe) : undefined
    const ownName = file === undefined ? 'part' : nameOfFile(file)
    const misnamed = partNameProblem(as)
    if (misnamed) throw new InputErrors([refused(ownName, misnamed.title, where, misnamed.next)])
    const name = as ?? ownName
    const problems = recipeProblems(recipe)
    if (problems.length > 0)
      throw new InputErrors(problems.map(({ title, next }) => refused(name, title, where, next)))
    const params = checkedParams(name, recipe.params, given, where)
    if (depth >= deepest)
      throw new InputErrors([
        refused(name, `recipes use one another ${deepest} deep: one of them uses itself`, where),
      ])
    depth += 1
    try {
      return partOf({ ...context, params, use: use as Use }, recipe, { name, file, where })
    } finally {
      depth -= 1
    }
  }
  return use as Use
}

/** The steps of a recipe whose params are typed already, as a part of what runs. */
export function typedPart(
  context: RecipeContext<ParamShape>,
  { name, file, recipe, origin }: LoadedRecipe,
  params: Params,
): readonly Step[] {
  const steps = partOf({ ...context, params }, recipe, { name, file, where: undefined })
  // A line of the bundle helps nobody.
  return origin === 'shipped' ? steps.map(step => ({ ...step, where: undefined })) : steps
}

interface PartPlace {
  readonly name: string
  readonly file: string | undefined
  readonly where: SourceLocation | undefined
}

function partOf(
  context: RecipeContext<ParamShape>,
  recipe: Recipe,
  { name, file, where }: PartPlace,
): readonly Step[] {
  const { steps, errors } = flattenSteps(recipe.steps(context))
  if (errors.length > 0)
    throw new InputErrors(errors.map(({ title, next }) => refused(name, title, where, next)))
  const part: PartUse = { name, folder: file === undefined ? undefined : dirname(file) }
  return steps.map(step => ({ ...step, parts: [part, ...(step.parts ?? [])] }))
}

/** What a file is called for people: an `index.ts` after its folder, as packages have one. */
export function nameOfFile(file: string): string {
  const name = basename(file, extname(file))
  const folder = dirname(file)
  if (folder === file || !['index', 'dist', 'src', 'lib'].includes(name)) return name
  return nameOfFile(folder)
}

/** @throws InputErrors with all that is wrong. */
function checkedParams(
  name: string,
  shape: ParamShape,
  given: Params,
  where: SourceLocation | undefined,
): Params {
  const names = Object.keys(shape)
  const errors = Object.keys(given)
    .filter(each => !names.includes(each))
    .map(each => refused(name, `it has no param ${each}`, where, didYouMean(each, names).trim() || undefined))
  const params: Record<string, unknown> = {}
  for (const [param, type] of Object.entries(shape)) {
    const parsed = z.safeParse(type, given[param])
    // It would stand in the recipe, or be taken for what it names.
    if (typeof given[param] === 'string' && kindOf(type).kind === 'secret')
      errors.push(
        refused(
          name,
          `${param}: a secret is not given as text`,
          where,
          'Hand over a secret() param of this recipe, or a value of the host.',
        ),
      )
    else if (parsed.success) params[param] = parsed.data
    else
      for (const { path, message } of parsed.error.issues)
        errors.push(refused(name, `${[param, ...path].join('.')}: ${message}`, where))
  }
  if (errors.length > 0) throw new InputErrors(errors)
  return params
}

function refused(name: string, title: string, where: SourceLocation | undefined, next?: string): ErrorData {
  return inputError(`recipe ${name}, used in another: ${title}`, {
    ...(where && { where }),
    ...(next !== undefined && { next }),
  }).data
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
