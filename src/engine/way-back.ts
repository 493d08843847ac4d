/** How a resource says what would bring back what was there before a change: what `ops undo` makes its plan of. */
import type { Value } from '../run/plan.ts'

/** Params of the same resource that want what was there before. */
export interface WayBackStep {
  readonly params: Readonly<Record<string, unknown>>
  /** What has to be there still, or somebody else has changed it since. Default: what the change wanted. */
  readonly left?: Readonly<Record<string, Value>>
  /** What stays all the same, for a person. */
  readonly stays?: string
  /** It loads what other steps put back, and so comes after all of them. */
  readonly isLast?: true
  /** It puts back the files itself that the change has touched. */
  readonly withFiles?: true
}

/** `files`: all that it changes are files, of which the host keeps what they were. `cannot`: why there is no way. */
export type WayBack = 'files' | WayBackStep | { readonly cannot: string }
