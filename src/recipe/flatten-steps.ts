/** Makes one flat list of what a recipe returned, and refuses what is no step. */

import { type ErrorData, inputError } from '../base/errors.ts'
import type { Step } from '../engine/step.ts'
import { asyncSteps } from './recipe-problems.ts'

export interface FlatSteps {
  readonly steps: readonly Step[]
  readonly errors: readonly ErrorData[]
}

/** Drops `false`, `null` and `undefined`; lists within lists keep their order. */
export function flattenSteps(returned: unknown): FlatSteps {
  const steps: Step[] = []
  const errors: ErrorData[] = []
  if (!Array.isArray(returned)) {
    // Nobody awaits it, but what it throws must not end the process.
    if (returned instanceof Promise) returned.catch(() => {})
    const problem = isThenable(returned)
      ? asyncSteps
      : { title: `steps() returned ${nameOf(returned)}, not a list of steps` }
    return {
      steps,
      errors: [inputError(problem.title, problem.next === undefined ? {} : { next: problem.next }).data],
    }
  }
  const walk = (list: readonly unknown[], path: string): void => {
    for (const [index, each] of list.entries()) {
      const place = `${path}[${index}]`
      if (each === false || each === null || each === undefined) continue
      if (Array.isArray(each)) walk(each, place)
      else if (isStep(each)) steps.push(each)
      else errors.push(notAStep(place, each))
    }
  }
  walk(returned, 'steps')
  return { steps, errors }
}

function notAStep(place: string, value: unknown): ErrorData {
  const next =
    typeof value === 'function'
      ? 'Call it: `file({ ... })` makes a step, `file` alone is the function that makes one.'
      : isThenable(value)
        ? 'Leave out `await` and `async`: resources make steps at once.'
        : 'Steps are made by resources, such as `file({ ... })`; leave one out with `false`.'
  return inputError(`${place} is ${nameOf(value)}, not a step`, { next }).data
}

function isStep(value: unknown): value is Step {
  return (
    typeof value === 'object' &&
    value !== null &&
    'resource' in value &&
    'problems' in value &&
    'name' in value
  )
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

function nameOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (isThenable(value)) return 'a promise'
  if (typeof value === 'object') return 'an object'
  return typeof value === 'function' ? 'a function' : `the ${typeof value} ${JSON.stringify(value)}`
}
