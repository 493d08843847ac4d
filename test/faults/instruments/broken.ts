/** What a checker throws when an invariant does not hold, so that the report can count torn files apart from hangs. */
import type { Invariant } from './results.ts'

/** An invariant that was found broken. */
export class BrokenInvariant extends Error {
  readonly invariant: Invariant

  constructor(invariant: Invariant, message: string) {
    super(message)
    this.name = 'BrokenInvariant'
    this.invariant = invariant
  }
}

/** What broke in a case: no invariant where a plain expectation did. */
export interface Broken {
  readonly invariants: readonly Invariant[]
  readonly text: string
}

/** Reads what a case threw; several at once come as an AggregateError. */
export function brokenOf(thrown: unknown): Broken {
  if (thrown instanceof AggregateError) {
    const all = thrown.errors.map(brokenOf)
    return {
      invariants: [...new Set(all.flatMap(each => each.invariants))],
      text: all.map(each => each.text).join('; '),
    }
  }
  if (thrown instanceof BrokenInvariant) {
    return { invariants: [thrown.invariant], text: `${thrown.invariant}: ${thrown.message}` }
  }
  return { invariants: [], text: thrown instanceof Error ? thrown.message : String(thrown) }
}

/** Runs all checks, and throws everything that they found at once. */
export async function allHold(checks: readonly (() => Promise<void> | void)[]): Promise<void> {
  const found: unknown[] = []
  for (const check of checks) {
    try {
      await check()
    } catch (error) {
      found.push(error)
    }
  }
  if (found.length > 0) throw new AggregateError(found)
}
