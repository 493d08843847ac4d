/** A balancer that a host is taken out of while its steps change it. */
import { z } from 'zod'
import { inputError, OpsError } from '../../base/errors.ts'
import type { Around } from '../around.ts'
import { resource, type Step } from '../step.ts'

/** Steps as a param: nothing that walks through params, to mask or to compare, goes into them. */
class KeptSteps {
  readonly #steps: readonly Step[]
  constructor(steps: readonly Step[]) {
    this.#steps = steps
  }
  get all(): readonly Step[] {
    return this.#steps
  }
}

const isStep = (value: unknown): value is Step =>
  typeof value === 'object' && value !== null && 'resource' in value && 'problems' in value

const steps = z
  .custom<readonly Step[]>(
    value => Array.isArray(value) && value.length > 0 && value.every(isStep),
    'must be a list of steps',
  )
  .transform(list => new KeptSteps(list))

const params = z.strictObject({
  on: z.string().min(1).describe('The balancer: a host of ops.ini.'),
  out: steps.describe('Steps on the balancer that take this host out of it.'),
  in: steps.describe('Steps on the balancer that put it back.'),
  pauseSeconds: z
    .number()
    .int()
    .min(0)
    .max(600)
    .default(0)
    .describe('How long to wait once it is out, for requests that are under way.'),
})

type Params = z.infer<typeof params>

const aroundOf = ({ out, in: back, ...rest }: Params): Around<Step> => ({
  ...rest,
  out: out.all,
  in: back.all,
})

/** `drain({ on, out, in })`, among the steps of the host that is taken out: it holds for all of them. */
export const drain = resource({
  type: 'drain',
  doc: 'Takes the host out of a balancer while its steps change it, and puts it back once they hold.',
  params,
  examples: [
    { title: 'Out of a balancer', params: { on: 'lb1', out: [], in: [] } },
    { title: 'With time for what is under way', params: { on: 'lb1', out: [], in: [], pauseSeconds: 10 } },
  ],
  identity: ({ on }) => on,
  probe: () => ({ shell: ':' }),
  parse: () => ({}),
  desired: () => ({}),
  around: aroundOf,
  owns: () => [],
  prepare: (given, context) => {
    const prepared = ({ all }: KeptSteps): KeptSteps =>
      new KeptSteps(
        all.map(step => {
          const [problem] = step.problems
          if (problem) throw new OpsError(problem)
          if (step.resource.around) throw inputError(`drain ${given.on}: ${step.name} cannot stand in it`)
          return step.resource.prepare
            ? { ...step, params: step.resource.prepare(step.params, context) }
            : step
        }),
      )
    return { ...given, out: prepared(given.out), in: prepared(given.in) }
  },
})

/** All that is done around the changes of a host with these steps. */
export function aroundsOf(steps: readonly Step[]): readonly Around<Step>[] {
  return steps.flatMap(({ resource: { around }, params: given }) =>
    around ? [around(given) as Around<Step>] : [],
  )
}
