/** The params of a recipe or a job, by name. */
import type { z } from 'zod'

/**
 * Each zod type carries its own `.describe()` text, which is its help. The core type is what all zod types have in
 * common: checking a recipe against the whole of `ZodType` takes five times as long.
 */
export type ParamShape = Readonly<Record<string, z.core.$ZodType>>

export type ParamsOf<Shape extends ParamShape> = { readonly [Name in keyof Shape]: z.output<Shape[Name]> }

/** What has params, as errors tell of it. */
export interface ParamsOwner {
  readonly kind: 'recipe' | 'job'
  /** `[params NAME]` of ops.ini calls it so too. */
  readonly name: string
  readonly params: ParamShape
  /** The command line that shows its params. */
  readonly shownBy: string
}
