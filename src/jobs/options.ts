/** The options of a data job, declared once: the flags of its verb, their help, and the fields of a job file come from here. */
import type { z } from 'zod'
import type { ParamShape, ParamsOf } from '../params/shape.ts'

/** Options by name: `olderThan` is the flag `--older-than`. */
export type JobShape = ParamShape

export interface JobKind<Shape extends JobShape = JobShape> {
  /** As `archive` or `queue park`: its verb is `ops db archive`, its function in job files `archive({ ... })` or `queue.park({ ... })`. */
  readonly name: string
  /** Options that the command line takes as words in this order, as SOURCE DB.TABLE; all others are flags. */
  readonly operands: readonly (keyof Shape & string)[]
  /** What a flag's value is called, `age` in `--older-than <age>`; `text` where nothing is said. */
  readonly words?: { readonly [Name in keyof Shape]?: string }
  /** Lists whose elements a flag takes with commas between; of others each flag is one element, as a comma may be in it. */
  readonly commas?: readonly (keyof Shape & string)[]
  /** What other jobs take and this one cannot, each with the reason. */
  readonly without?: Readonly<Record<string, string>>
  readonly options: Shape
}

/** What a job file writes. */
export type FieldsOf<Shape extends JobShape> = {
  readonly [Name in keyof Shape as undefined extends z.input<Shape[Name]> ? never : Name]: z.input<
    Shape[Name]
  >
} & {
  readonly [Name in keyof Shape as undefined extends z.input<Shape[Name]> ? Name : never]?: z.input<
    Shape[Name]
  >
}

/** What the job gets. */
export type ValuesOf<Shape extends JobShape> = ParamsOf<Shape>

/** Lets TypeScript infer the options. */
export function jobKind<const Shape extends JobShape>(kind: JobKind<Shape>): JobKind<Shape> {
  return kind
}

/** What a job file exports: not checked yet. */
export interface Job {
  /** The name of its kind. */
  readonly job: string
  readonly fields: Readonly<Record<string, unknown>>
}

const mark = Symbol.for('ops-recipes: a job')

/** The function that job files call. */
export function jobFunction<Fields extends object>({
  name,
}: {
  readonly name: string
}): (fields: Fields) => Job {
  return fields => ({ job: name, fields: Object.fromEntries(Object.entries(fields)), [mark]: true })
}

/** Whether a value is what such a function returned. */
export function isJob(value: unknown): value is Job {
  return typeof value === 'object' && value !== null && mark in value
}
