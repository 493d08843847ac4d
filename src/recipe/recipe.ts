/** What a person writes: a typed function from params and facts to steps. */
import type { z } from 'zod'
import { callSite, type Step } from '../engine/step.ts'
import type { ParamShape, ParamsOf } from '../params/shape.ts'
import type { Facts } from '../run/facts.ts'
import type { Output } from './output.ts'
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
  /**
   * Other hosts as ops.ini tells of them, by name, group or glob: `hosts('db')[0].values.port`. They are not asked anything.
   * @throws InputErrors for a word that means no host.
   */
  readonly hosts: (word: string) => readonly RecipeHost[]
  /** What one host has of an `output()`, or its `hostFacts`: it is done before this one, and asked. */
  readonly fromHost: <Value>(word: string, wanted: Output<Value>) => Value
  /** The same of each host of a group or glob, in their order. */
  readonly fromGroup: <Value>(word: string, wanted: Output<Value>) => readonly Value[]
  /** The steps of another recipe, as a part of this one. */
  readonly use: Use
}

/** What a recipe is given by another one: its params, those with a default at will. */
export type ParamsInput<Shape extends ParamShape> = {
  readonly [Name in keyof Shape as undefined extends z.input<Shape[Name]> ? never : Name]: z.input<
    Shape[Name]
  >
} & {
  readonly [Name in keyof Shape as undefined extends z.input<Shape[Name]> ? Name : never]?:
    | z.input<Shape[Name]>
    | undefined
}

/** `use(nginx, { listen: 8080 })`: its params are checked, and its steps are called `nginx: ...`, or after `as`. */
export type Use = <const Shape extends ParamShape>(
  recipe: Recipe<Shape>,
  ...given: Record<never, never> extends ParamsInput<Shape>
    ? [params?: ParamsInput<Shape>, options?: UseOptions]
    : [params: ParamsInput<Shape>, options?: UseOptions]
) => readonly Step[]

export interface UseOptions {
  /** What its steps are called by, instead of the name of its file. */
  readonly as?: string
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
  const made = { ...definition, params: definition.params ?? ({} as Shape) }
  const file = callSite()?.file
  if (file !== undefined) files.set(made, file)
  return made
}

const files = new WeakMap<object, string>()

/** The file that made a recipe. */
export function fileOfRecipe(recipe: object): string | undefined {
  return files.get(recipe)
}
