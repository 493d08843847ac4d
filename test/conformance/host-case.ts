/** What a case of the conformance test holds: the states that a host can be in before a resource is applied, and what is true afterwards. */

/**
 * How a host stands to a thing before it is applied: each is shell that makes it so, as root. What "succeeds" runs with `set -e`, so
 * `! command` has to be last; before that it is `if command; then exit 1; fi`.
 */
export interface HostCase {
  readonly input: unknown
  /** Packages that have to be there before: the host of one resource alone has no others. */
  readonly packages?: readonly string[]
  /** Once, before all: what the thing is built on. */
  readonly setUp?: string
  readonly absent: string
  /** Several, where several places can differ: each alone must be seen, and each key of the state must be wrong alone in one of them. */
  readonly wrong: string | readonly string[]
  /** Keys of the state that are never wrong without another one, and why. */
  readonly neverAlone?: Readonly<Record<string, string>>
  /** Somebody else's thing is in its place, or beside it. */
  readonly foreign: {
    readonly before: string
    /** What the plan says of it; undefined: it is applied all the same. */
    readonly refused?: RegExp
    /** Succeeds while what is theirs is as they left it. */
    readonly kept: string
  }
  /** Succeeds when what is wanted holds: by other programs than those that the resource looks with, where there are any. */
  readonly holds: string
  /** Params that take it away, and what succeeds then; or why it stays. */
  readonly undo: { readonly input: unknown; readonly gone: string } | { readonly stays: string }
}

/** A look that finds and never changes: a state to find, and one that is in order. */
export interface LookCase {
  readonly input: unknown
  readonly wrong: string
  readonly right: string
}

/** Applied on real hosts by a suite of its own. */
export interface ElsewhereCase {
  readonly file: string
  readonly title: string
}

export type ConformanceCase = HostCase | LookCase | ElsewhereCase

/** Not what belongs to one resource alone is asked for, but all. */
export const isWhole = process.env.OPS_RESOURCE === undefined

/** Those that OPS_RESOURCE names, with commas between; without it, all. */
export const isChosen = (type: string): boolean =>
  (process.env.OPS_RESOURCE ?? type).split(',').includes(type)
