/** What every step takes beside its resource's params, in words: one entry for each option that there is. */
import type { StepOptions } from './step.ts'

export const stepOptions: Readonly<Record<keyof StepOptions, string>> = {
  user: 'The user of the host who runs it.',
  buildsOn: 'Names of steps that it may write over or into.',
  after: 'Hosts, groups or globs that are done before this host begins.',
  onceFor: 'A group, one host of which does it for all.',
  access: 'What the host puts back by itself when the step cuts our access.',
  timeoutSeconds: 'How long it may take, in whole seconds.',
  drops: "'connection' or 'boot': it ends the connection, and ops logs in again.",
  notes: 'Lines that the plan shows beside it when it changes.',
}
