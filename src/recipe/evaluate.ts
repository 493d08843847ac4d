/** Turns a recipe, its params and a host into steps, or into everything that is wrong with them. */

import { type ErrorData, errorDataOf, InputErrors, OpsError } from '../base/errors.ts'
import type { Asked, Told } from '../engine/asked.ts'
import type { Step } from '../engine/step.ts'
import type { Facts } from '../run/facts.ts'
import { bounded, EndlessRecipe } from './bounded.ts'
import { claimConflicts } from './claim-conflicts.ts'
import { contradictions } from './contradictions.ts'
import { flattenSteps } from './flatten-steps.ts'
import type { GivenHost } from './given-host.ts'
import type { LoadedRecipe } from './load.ts'
import { namedByPart } from './part-names.ts'
import type { HostValues } from './project.ts'
import { Questions } from './questions.ts'
import type { RecipeHost } from './recipe.ts'
import { withoutRepeats } from './same-step.ts'
import { holdsSecrets, secretsAsText } from './secrets-as-text.ts'
import { locationOf, locationOfText, sourceLine } from './source-location.ts'
import { useWith } from './use.ts'
import { watchedHost } from './watched-host.ts'
import { writtenPlace } from './written-place.ts'

export type Evaluation =
  /** `readsHost`: they are steps of this host alone. */
  | { readonly steps: readonly Step[]; readonly readsHost: boolean; readonly asks: readonly Asked[] }
  | { readonly needsFacts: true }
  /** Other hosts have to be asked first. */
  | { readonly needs: readonly Asked[] }

/**
 * Calls the recipe's `steps`. Without `facts`, a recipe that touches them answers `needsFacts`: read them, call again.
 * @throws InputErrors with all that is wrong: what the recipe throws, bad params of steps, equal names, two steps
 *   that write the same thing or contradict each other, secrets put into text, local files that are not there. OpsError `interrupted` when Ctrl-C ended the recipe.
 */
export function evaluate(
  loaded: LoadedRecipe,
  params: Readonly<Record<string, unknown>>,
  given: GivenHost,
  facts?: Facts,
  told?: Told,
): Evaluation {
  const questions = new Questions(given, told)
  const watched = facts ? { facts, touched: () => false } : factsNotReadYet()
  const { host, endReading } = watchedHost(recipeHost(given))
  let list: unknown
  try {
    const hosts = (word: string) => (given.others?.(word) ?? []).map(recipeHost)
    const { fromHost, fromGroup } = questions
    const context = { facts: watched.facts, host, hosts, fromHost, fromGroup }
    list = bounded(() => loaded.recipe.steps({ ...context, params, use: useWith(context) }))
  } catch (thrown) {
    // Also when the recipe caught our signal and threw its own.
    if (watched.touched()) return { needsFacts: true }
    if (questions.isMissing) return { needs: questions.all }
    if (thrown instanceof OpsError && thrown.data.code === 'interrupted') throw thrown
    if (thrown instanceof InputErrors) throw new InputErrors(thrown.errors.map(placed))
    throw new InputErrors([thrownError(loaded, thrown)])
  }
  if (watched.touched()) return { needsFacts: true }
  if (questions.isMissing) return { needs: questions.all }
  const flat = flattenSteps(list)
  const { errors } = flat
  const steps = withoutRepeats(namedByPart(flat.steps), loaded.folder).map(
    loaded.origin === 'shipped' ? withoutPlace : asWritten,
  )
  const placedErrors = errors.map(each => ({
    ...each,
    title: `recipe ${loaded.name}: ${each.title}`,
    where: { file: loaded.file, line: 1 },
  }))
  const wrong = [...placedErrors, ...steps.flatMap(step => step.problems)]
  const sound = steps.filter(step => step.problems.length === 0)
  const unread: ErrorData[] = []
  const prepared = sound.map(step => prepare(step, step.parts?.at(-1)?.folder ?? loaded.folder, unread))
  const opposed = contradictions(prepared)
  wrong.push(...claimConflicts(sound, isTold, loaded.folder), ...opposed.map(each => each.error))
  if (holdsSecrets(params) || given.readsSecrets?.() || questions.readsSecrets)
    wrong.push(...secretsAsText(sound))
  wrong.push(...unread)
  if (wrong.length > 0) throw new InputErrors(wrong)
  return {
    steps: prepared,
    readsHost: endReading() || facts !== undefined || questions.all.length > 0,
    asks: questions.all,
  }

  /** That one of them may be built on the other would be no help. */
  function isTold(step: Step, other: Step): boolean {
    return opposed.some(each => each.step.name === step.name && each.other.name === other.name)
  }
}

function recipeHost({ name, address, groups, values = {} }: GivenHost): RecipeHost {
  return { name, address, groups, values: values as HostValues }
}

/** Stands in for facts: the first touch is remembered and ends the evaluation. */
function factsNotReadYet(): { readonly facts: Facts; touched(): boolean } {
  let touched = false
  const refuse = (): never => {
    touched = true
    throw new FactsNeeded()
  }
  const facts = new Proxy({}, { get: refuse, has: refuse, ownKeys: refuse, getOwnPropertyDescriptor: refuse })
  return { facts: facts as Facts, touched: () => touched }
}

class FactsNeeded extends Error {
  override readonly name = 'FactsNeeded'
}

/** A line of a recipe that came with ops, which is one long line of a bundle, helps nobody. */
function withoutPlace(step: Step): Step {
  const problems = step.problems.map(({ where: _where, ...problem }) => problem)
  return { ...step, where: undefined, problems }
}

/** Steps know where they stand in what was compiled. */
function asWritten(step: Step): Step {
  return {
    ...step,
    where: step.where && writtenPlace(step.where),
    problems: step.problems.map(placed),
  }
}

function placed(error: ErrorData): ErrorData {
  return error.where ? { ...error, where: writtenPlace(error.where) } : error
}

function thrownError(loaded: LoadedRecipe, thrown: unknown): ErrorData {
  if (thrown instanceof EndlessRecipe) return endlessError(loaded, thrown)
  const where = locationOf(thrown) ?? { file: loaded.file, line: 1 }
  if (thrown instanceof OpsError) return loaded.origin === 'shipped' ? thrown.data : { where, ...thrown.data }
  const what = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : thrownWords(thrown)
  const detail = sourceLine(where)
  return {
    code: 'input',
    changed: 'no',
    title: `recipe ${loaded.name}: steps() throws ${what}`,
    where,
    ...(detail !== undefined && { detail }),
    next: 'Give it other params, or fix the recipe.',
  }
}

/** A recipe may throw anything; what is no text says nothing, and may hold what nobody should see. */
function thrownWords(thrown: unknown): string {
  return typeof thrown === 'string'
    ? thrown
    : `${thrown === null ? 'null' : typeof thrown}, which is not an Error`
}

function endlessError({ name, file }: LoadedRecipe, { message }: EndlessRecipe): ErrorData {
  const where = locationOfText(file, 'steps') ?? { file, line: 1 }
  const next = 'Look for a loop without end in what `steps` calls.'
  return {
    code: 'input',
    changed: 'no',
    title: `recipe ${name}: steps() was ended, as ${message}`,
    where,
    next,
  }
}

function prepare(step: Step, folder: string, errors: ErrorData[]): Step {
  if (step.resource.prepare === undefined) return step
  try {
    return { ...step, params: step.resource.prepare(step.params, { folder }) }
  } catch (thrown) {
    errors.push({
      step: step.name,
      ...(step.where && { where: step.where }),
      ...errorDataOf(thrown, 'input'),
    })
    return step
  }
}
