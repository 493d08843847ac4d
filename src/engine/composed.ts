/** A resource made of other resources: one word in a recipe, several steps in the plan. */
import type { z } from 'zod'
import type { Example } from './resource.ts'
import { callSite, problemsOf, type Step, type StepOptions } from './step.ts'

export interface Composed<Params, Input = Params> {
  readonly type: string
  /** One sentence. */
  readonly doc: string
  /** What `ops undo` does about its steps, as a sentence for its page. */
  readonly undone?: string
  readonly params: z.ZodType<Params, Input>
  readonly examples: readonly [Example<NoInfer<Input>>, Example<NoInfer<Input>>, ...Example<NoInfer<Input>>[]]
  /** Its parts, in the order in which they are applied; some may be left out. */
  steps(params: NoInfer<Params>): readonly (Step | false | undefined)[]
}

/** What `composed()` returns: call it to make the steps; `composition` is the contract behind it. */
export interface StepsMaker<Params, Input> {
  (input: Input, options?: StepOptions): readonly Step[]
  readonly composition: Composed<Params, Input>
}

/** Turns parts into one function that recipes call; its options go to each part. */
export function composed<Params, Input>(composition: Composed<Params, Input>): StepsMaker<Params, Input> {
  const { type, params, examples } = composition
  const partsOf = (given: Params) => composition.steps(given).flatMap(step => (step ? [step] : []))
  const make = (input: Input, options: StepOptions = {}): readonly Step[] => {
    const where = callSite()
    const parsed = params.safeParse(input)
    if (parsed.success) {
      // Parts are told by the place where the recipe wrote the whole.
      return partsOf(parsed.data).map(step => {
        const problems = step.problems.map(problem => ({ ...problem, ...(where && { where }) }))
        return { ...step, options: { ...step.options, ...options }, where, problems }
      })
    }
    const [part] = partsOf(params.parse(examples[0].params))
    if (part === undefined) throw new TypeError(`${type}: its first example has no steps`)
    return [{ ...part, name: `${type} ?`, options, where, problems: problemsOf(type, parsed.error, where) }]
  }
  return Object.assign(make, { composition })
}
