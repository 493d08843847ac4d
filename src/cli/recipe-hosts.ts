/** A recipe evaluated for each host before anything is contacted, so that what is wrong shows at once. */
import { type ErrorData, InputErrors } from '../base/errors.ts'
import type { Evaluate } from '../engine/plan/plan-host.ts'
import type { SelectedHost } from '../inventory/select.ts'
import { type Evaluation, evaluate } from '../recipe/evaluate.ts'
import type { GivenHost } from '../recipe/given-host.ts'
import type { LoadedRecipe } from '../recipe/load.ts'

/**
 * How the engine gets the steps of each host; what is wrong is added to `errors`, the same mistake once. Hosts of which the
 * recipe reads nothing share their steps.
 */
export async function evaluations(
  loaded: LoadedRecipe,
  params: Readonly<Record<string, unknown>>,
  hosts: ReadonlyMap<SelectedHost, GivenHost>,
  errors: ErrorData[],
): Promise<ReadonlyMap<SelectedHost, Evaluate>> {
  // A wrong value of a host is told with ops.ini already.
  const told = new Set(errors.map(each => JSON.stringify(each)))
  const found = new Map<SelectedHost, Evaluate>()
  let shared: Evaluation | undefined
  for (const [host, given] of hosts) {
    const evaluated = (...[facts, told]: Parameters<Evaluate>): Promise<Evaluation> =>
      settled(given, () => evaluate(loaded, params, given, facts, told))
    try {
      const first = shared ?? (await evaluated())
      if ('steps' in first && !first.readsHost) shared = first
      found.set(host, (facts, told) => ((facts ?? told) === undefined ? first : evaluated(facts, told)))
    } catch (thrown) {
      if (!(thrown instanceof InputErrors)) throw thrown
      for (const error of thrown.errors) {
        const key = JSON.stringify(error)
        if (!told.has(key)) errors.push(error)
        told.add(key)
      }
    }
  }
  return found
}

/** Calls the recipe again for as long as it reads secrets that have to be fetched. */
async function settled(given: GivenHost, work: () => Evaluation): Promise<Evaluation> {
  for (;;) {
    try {
      const evaluation = work()
      if (!(await given.settle?.())) return evaluation
    } catch (thrown) {
      if (!(await given.settle?.())) throw thrown
    }
  }
}
