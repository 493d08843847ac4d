/** What is told of files that change what a step makes, and that no step of the recipe wrote. */
import type { ErrorData } from '../../base/errors.ts'
import { anyOverlap, type Claim } from '../claims.ts'
import type { State } from '../resource.ts'
import type { Step } from '../step.ts'

export interface ToldOfFiles {
  readonly notes: readonly string[]
  /** Of the first beside which the step is not true. */
  readonly error: ErrorData | undefined
}

/** `steps` are all of the host: what one of them owns is meant. */
export function filesBeside(
  step: Step,
  actual: State | undefined,
  steps: readonly Step[],
  host: string,
): ToldOfFiles {
  const found = (actual && step.resource.beside?.(actual, step.params)) ?? []
  if (found.length === 0) return { notes: [], error: undefined }
  const owned = steps.flatMap(({ resource, params }): readonly Claim[] => resource.owns?.(params) ?? [])
  const foreign = found.filter(({ path }) => !anyOverlap([`path:${path}`], owned))
  const wrong = foreign.find(each => each.wrong !== undefined)
  return {
    notes: foreign.map(({ path, what }) => `${path} ${what}: no step of this recipe wrote it`),
    error: wrong && {
      code: 'failed',
      title: `${step.name}: ${wrong.path} ${wrong.wrong}, and no step of this recipe wrote it`,
      host,
      step: step.name,
      ...(step.where && { where: step.where }),
      changed: 'no',
      next: `Nothing was touched. Remove ${wrong.path} on the host, or make it a step of the recipe, then run again.`,
    },
  }
}
