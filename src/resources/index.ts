/** What the rest of ops knows of resources: each by its name, and all of them by their type. */
import type { StepMaker } from '../engine/step.ts'
import * as all from './all.ts'

export * from './all.ts'
export { lines } from './file/template.ts'

/** Every resource by its type. */
// biome-ignore lint/suspicious/noExplicitAny: params of all resources meet here.
export const resources: Readonly<Record<string, StepMaker<any, any>>> = { ...all }
