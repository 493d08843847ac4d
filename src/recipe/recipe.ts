/** What a person writes: a typed function from params and facts to steps. */
import type { Step } from '../engine/step.ts'
import type { ParamShape, ParamsOf } from '../params/shape.ts'
import type { Facts } from '../run/facts.ts'
import type { HostValues } from './project.ts'

export interface RecipeHost {
  readonly name: string
  readonly address: string
  readonly groups: readonly string[]
  /** What ops.ini and the project's ops.values.ts say of it. */
  readonly values: HostValues
}

export interface RecipeContext<Shape extends ParamShape> {
  readonly params: ParamsOf<Shape>
  /** Reading any of it costs a trip, unless it was cached for this boot. */
  readonly facts: Facts
  readonly host: RecipeHost
}

/** Steps may be nested and left out with `false`, `null` or `undefined`, so that composition reads well. */
export type StepList = readonly (Step | false | null | undefined | StepList)[]

export interface Recipe<Shape extends ParamShape = ParamShape> {
  /** One sentence, shown by `ops recipes`. */
  readonly summary: string
  /** Longer text for `ops recipes NAME`: trades, warnings, what to do afterwards. */
  readonly description?: string
  /** Documented uses: param values by name. A test plans each of them. */
  readonly examples?: readonly {
    readonly title: string
    /** The verb of the command line that is shown; `apply` unless said otherwise. */
    readonly verb?: 'apply' | 'plan' | 'check'
    readonly params: Partial<Record<keyof Shape, unknown>>
  }[]
  readonly params: Shape
  steps(context: RecipeContext<Shape>): StepList
}

/** A recipe as it is written: one without params may leave them out. */
export type RecipeDefinition<Shape extends ParamShape> = Omit<Recipe<Shape>, 'params'> & {
  readonly params?: Shape
}

/** Marks an object as a recipe and lets TypeScript infer its params. */
export function recipe<const Shape extends ParamShape = Readonly<Record<never, never>>>(
  definition: RecipeDefinition<Shape>,
): Recipe<Shape> {
  return { ...definition, params: definition.params ?? ({} as Shape) }
}
