/** Tells whether what a file exports is a recipe, and what it lacks. */

import { kindOf } from '../params/kind.ts'
import { flagOf } from '../params/param-docs.ts'
import type { ParamShape } from '../params/shape.ts'
import { paramNameProblem } from './reserved.ts'

export interface RecipeProblem {
  readonly title: string
  readonly next?: string
}

const shape =
  'Write `export default recipe({ summary, params, steps })`; `ops init` writes one to start from.'

/** Everything that is wrong at once; empty for a recipe. */
export function recipeProblems(exported: unknown): readonly RecipeProblem[] {
  if (exported === undefined) return [{ title: 'the file has no default export', next: shape }]
  if (typeof exported !== 'object' || exported === null) {
    const what = exported === null ? 'null' : typeof exported
    return [{ title: `the default export is not a recipe but ${what}`, next: shape }]
  }
  const { summary, params, steps }: { summary?: unknown; params?: unknown; steps?: unknown } = exported
  return [
    ...(typeof summary === 'string' && summary.trim() !== ''
      ? []
      : [{ title: 'it has no `summary`', next: 'Say in one sentence what the recipe does.' }]),
    ...stepsProblems(steps),
    ...paramsProblems(params),
  ]
}

function stepsProblems(steps: unknown): readonly RecipeProblem[] {
  if (typeof steps !== 'function') {
    return [{ title: '`steps` is not a function', next: 'Write `steps: ({ params }) => [ ... ]`.' }]
  }
  // Tells `async () => ...` before it is called; a function that returns a promise is told when it does.
  if (Object.prototype.toString.call(steps) === '[object AsyncFunction]') return [asyncSteps]
  return []
}

/** A plan must be the same each time it is made, so nothing may be waited for while it is made. */
export const asyncSteps: RecipeProblem = {
  title: '`steps` is async, but the list of steps must not depend on anything that is waited for',
  next: 'Return the list itself. What is known of the host comes in `facts`; read local files with readFileSync.',
}

function paramsProblems(params: unknown): readonly RecipeProblem[] {
  if (typeof params !== 'object' || params === null || Array.isArray(params)) {
    return [{ title: '`params` is not an object', next: 'Write `params: {}` for a recipe without params.' }]
  }
  const entries = Object.entries(params)
  const problems = entries.flatMap(([name, type]) => paramProblems(name, type))
  const byFlag = new Map<string, string>()
  for (const [name, type] of entries) {
    const flag = flagOf(name)
    // A boolean has a second flag, its opposite.
    for (const each of takesValue(type) ? [flag] : [flag, `--no-${flag.slice(2)}`]) {
      const other = byFlag.get(each)
      if (other !== undefined)
        problems.push({ title: `params ${other} and ${name} are the same flag, ${each}` })
      byFlag.set(each, name)
    }
  }
  return problems
}

function paramProblems(name: string, type: unknown): RecipeProblem[] {
  const nameProblem = paramNameProblem(name, takesValue(type))
  if (nameProblem !== undefined) return [{ title: nameProblem, next: 'Choose another name.' }]
  if (!isZodType(type)) {
    return [
      {
        title: `param ${name} has no type`,
        next: `Write \`${name}: z.string()\` or another type of z, which 'ops-recipes' exports.`,
      },
    ]
  }
  try {
    kindOf(type)
    return []
  } catch (thrown) {
    return [{ title: `param ${name} has a type that cannot be read: ${String(thrown)}` }]
  }
}

function takesValue(type: unknown): boolean {
  try {
    return isZodType(type) && kindOf(type).kind !== 'boolean'
  } catch {
    return false
  }
}

function isZodType(value: unknown): value is ParamShape[string] {
  return typeof value === 'object' && value !== null && '_zod' in value
}
