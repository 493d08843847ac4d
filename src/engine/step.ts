/** One use of a resource in a recipe. */
import { fileURLToPath } from 'node:url'
import type { z } from 'zod'
import { type ErrorData, inputError, type SourceLocation } from '../base/errors.ts'
import { oncePer } from '../base/once-per.ts'
import type { AccessOption } from './access/area.ts'
import type { Definition, Keys, Resource, State, Value } from './resource.ts'

/** What every step takes beside its resource's params. */
export interface StepOptions {
  /** Run probe and apply as this user of the host instead of the become user. */
  readonly user?: string
  /** Whole seconds that the apply may take on the host, instead of the resource's own limit. */
  readonly timeoutSeconds?: number
  /** The step drops the connection; for 'boot' the next boot is waited for. Then ops logs in again and goes on. */
  readonly drops?: 'connection' | 'boot'
  /** Names of steps (`file /etc/x`) that this one is meant to write over or into. */
  readonly buildsOn?: string | readonly string[]
  /**
   * What the host must put back when the step cuts our own access: for a `command`, of which nothing is known, and
   * beside what ops works out by itself. `'unguarded'` does the step without a way back.
   */
  readonly access?: 'unguarded' | AccessOption
  /** Hosts, groups or globs: those of them that are in the run are done before this host begins. */
  readonly after?: string | readonly string[]
  /** A group: the first of its hosts that is in the run does the step for all of them, and the others come after it. */
  readonly onceFor?: string
  /** Lines for a person, shown in the plan beside the step when it changes: traps, trades, what to do afterwards. */
  readonly notes?: readonly string[]
}

/** One use of a recipe in another: each use is an object of its own. */
export interface PartUse {
  readonly name: string
  /** Where paths of local files begin in its steps; undefined where that is not known. */
  readonly folder: string | undefined
}

/** A validated step, or what is wrong with it: recipes never throw, so that all errors show at once. */
export interface Step {
  /** `<resource> <identity>`: unique per host. */
  readonly name: string
  // biome-ignore lint/suspicious/noExplicitAny: the one place where params of all resources meet.
  readonly resource: Resource<any, any>
  readonly params: unknown
  readonly options: StepOptions
  readonly where: SourceLocation | undefined
  readonly problems: readonly ErrorData[]
  /** The recipes that it came through, the outermost first; left out where the run's own recipe made it. */
  readonly parts?: readonly PartUse[]
}

/** What `resource()` returns: call it to make a step; `definition` is the contract behind it. */
export interface StepMaker<Params, Input, Key extends string = string> {
  (input: Input, options?: StepOptions): Step
  readonly definition: Resource<Params, Input>
  /** Of types alone: the keys of its state. */
  readonly stateKey?: Key
}

/**
 * Turns a resource's contract into the function that recipes call. The keys of its state are those that `parse` gives:
 * one that `desired`, `same` or `apply` spells otherwise is a type error.
 */
export function resource<
  Params,
  Input,
  Found extends Readonly<Record<string, Value | undefined>>,
  Wanted extends {
    readonly [Key in keyof Wanted]: Key extends Keys<Found>
      ? Value | undefined
      : `parse gives no ${Key & string}`
  },
>(contract: Definition<Params, Input, Found, Wanted>): StepMaker<Params, Input, Keys<Found>> {
  // The states that the engine hands to it are those that it gave: their keys are its own.
  const written = contract as unknown as Resource<Params, Input>
  // What is undefined does not matter.
  const desired = (params: Params): State =>
    Object.fromEntries(Object.entries(written.desired(params)).filter(([, value]) => value !== undefined))
  const definition = { ...written, desired }
  let made = 0
  const make = (input: Input, options: StepOptions = {}): Step => {
    const where = callSite()
    const parsed = definition.params.safeParse(input, made++ < fewSteps ? asItStands : undefined)
    if (parsed.success) {
      const name = `${definition.type} ${definition.identity(parsed.data)}`
      return { name, resource: definition, params: parsed.data, options, where, problems: [] }
    }
    const problems = problemsOf(definition.type, parsed.error, where)
    return { name: `${definition.type} ?`, resource: definition, params: input, options, where, problems }
  }
  return Object.assign(make, { definition })
}

/** zod makes a program of a type before it is first used, which takes as long as this many steps without. */
const fewSteps = 50
const asItStands = { jitless: true }

/** What is wrong with params, an error for each. */
export function problemsOf(
  type: string,
  { issues }: z.core.$ZodError,
  where: SourceLocation | undefined,
): readonly ErrorData[] {
  return issues.map(
    issue =>
      inputError(`${type}: ${issue.path.join('.') || 'params'}: ${messageOf(issue)}`, {
        ...(where && { where }),
        next: `See \`ops resources ${type}\` for its params.`,
      }).data,
  )
}

/** Of a key that may not be, what its own type says. */
function messageOf(issue: z.core.$ZodIssue): string {
  return issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message
}

/** The first stack frame outside of the function that makes a step: where the recipe wrote it. */
export function callSite(): SourceLocation | undefined {
  const holder: { stack?: string } = {}
  Error.captureStackTrace(holder, callSite)
  for (const frame of (holder.stack ?? '').split('\n').slice(2)) {
    const found = /^\s+at (?:.*? \()?((?:file:\/\/)?\/.*):(\d+):(\d+)\)?$/.exec(frame)
    if (!found?.[1] || found[1].includes('node:')) continue
    const file = found[1].startsWith('file:') ? fileURLToPath(found[1]) : found[1]
    return { file, line: Number(found[2]), column: Number(found[3]) }
  }
  return undefined
}

/** What the step wants. */
export const desiredOf = oncePer(
  ({ resource, params }: Pick<Step, 'resource' | 'params'>): State => resource.desired(params),
)

const defaultApplySeconds = 600

/** How long the step's apply may take on the host, in whole seconds. */
export function applySecondsOf({ options, resource }: Pick<Step, 'options' | 'resource'>): number {
  return options.timeoutSeconds ?? resource.applySeconds ?? defaultApplySeconds
}

/** Whether the step is meant to drop the connection, and what to wait for then. */
export function dropsOf({ options }: Pick<Step, 'options'>): 'connection' | 'boot' | undefined {
  return options.drops
}
