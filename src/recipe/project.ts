/** What a project adds to the types of its recipes: the values that its hosts have. */
import type { ParamShape, ParamsOf } from '../params/shape.ts'

/**
 * Filled by the project's ops.values.ts, so that `host.values` has its types in every recipe:
 *
 *     const values = { port: z.number().default(80) }
 *     export default values
 *     declare module 'ops-recipes' { interface Project { values: typeof values } }
 */
// biome-ignore lint/suspicious/noEmptyInterface: a project merges its own members into it.
export interface Project {}

/** By name; without a schema there are none. */
export type HostValues = Project extends { readonly values: infer Shape extends ParamShape }
  ? ParamsOf<Shape>
  : Readonly<Record<never, never>>
