/** Loads ops.values.ts: which values the hosts of a project have, and of which types. */
import { InputErrors, inputError } from '../base/errors.ts'
import { kindOf } from '../params/kind.ts'
import type { ParamShape } from '../params/shape.ts'
import { importRecipe, type RecipeLibrary } from './import-recipe.ts'
import { typeErrors } from './type-check.ts'

export interface ValuesSchema {
  readonly file: string
  readonly shape: ParamShape
}

/** @throws OpsError or InputErrors, `input`, for what is wrong with the file. */
export async function loadValuesSchema(file: string, library: RecipeLibrary): Promise<ValuesSchema> {
  const source = { name: 'ops.values', file, origin: 'folder', noun: 'values file' } as const
  const { default: shape } = await importRecipe(source, library)
  const errors = await typeErrors(file)
  if (errors.length > 0) throw new InputErrors(errors)
  const where = { file, line: 1 }
  if (typeof shape !== 'object' || shape === null) {
    const next = 'Write `export default { port: z.number().default(80) }`, with z from ops-recipes.'
    throw inputError('the values file exports no schema', { where, next })
  }
  const wrong = Object.entries(shape).flatMap(([name, type]) => {
    const problem = problemOf(name, type)
    return problem === undefined ? [] : [inputError(problem, { where }).data]
  })
  if (wrong.length > 0) throw new InputErrors(wrong)
  return { file, shape: shape as ParamShape }
}

function problemOf(name: string, type: unknown): string | undefined {
  if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(name))
    return `${JSON.stringify(name)} cannot be the name of a value: names are letters, digits, - and _`
  if (typeof type !== 'object' || type === null || !('_zod' in type))
    return `value ${name} has no type: write \`${name}: z.string()\` or another type of z`
  try {
    kindOf(type as ParamShape[string])
    return undefined
  } catch (thrown) {
    return `value ${name} has a type that cannot be read: ${String(thrown)}`
  }
}
