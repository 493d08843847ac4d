/** What stands in a host's list in place of a step that another host does for all of them. */
import { z } from 'zod'
import { resource, type Step } from '../step.ts'

/** Never written in a recipe: it tells whose work a step with `onceFor` is. */
export const elsewhere = resource({
  type: 'elsewhere',
  doc: 'A step that another host does for its whole group.',
  params: z.strictObject({ step: z.string(), host: z.string(), group: z.string() }),
  examples: [
    { title: 'A migration', params: { step: 'command migrate', host: 'web1', group: 'web' } },
    { title: 'An import', params: { step: 'command import', host: 'db1', group: 'db' } },
  ],
  identity: ({ step }) => step,
  probe: () => ({ shell: ':' }),
  parse: () => ({}),
  desired: () => ({}),
  notes: (_detail, { host, group }) => [`${host} does it, once for ${group}`],
  owns: () => [],
})

/** The step as it is told on a host that does not do it. */
export function doneElsewhere(step: Step, host: string, group: string): Step {
  return { ...elsewhere({ step: step.name, host, group }), name: step.name, where: step.where }
}
