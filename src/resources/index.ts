/** What the rest of ops knows of resources: each by its name, and all of them by their type. */
import type { StepsMaker } from '../engine/composed.ts'
import type { StepMaker } from '../engine/step.ts'
import * as all from './all.ts'
import type { Documented } from './docs/describe.ts'

export * from './all.ts'
export { lines } from './file/template.ts'

// biome-ignore lint/suspicious/noExplicitAny: params of all resources meet here.
type Any = any

/** Every resource that makes one step, by its type. */
export const resources: Readonly<Record<string, StepMaker<Any, Any>>> = Object.fromEntries(
  Object.entries(all).flatMap(([name, each]) => ('definition' in each ? [[name, each]] : [])),
)

/** Every resource that is made of others, by its type. */
export const compositions: Readonly<Record<string, StepsMaker<Any, Any>>> = Object.fromEntries(
  Object.entries(all).flatMap(([name, each]) => ('composition' in each ? [[name, each]] : [])),
)

/** What docs, the list and completion tell of each. */
export const contracts: Readonly<Record<string, Documented<Any, Any>>> = Object.fromEntries(
  Object.entries(all).map(([name, each]) => [
    name,
    'definition' in each ? each.definition : each.composition,
  ]),
)
