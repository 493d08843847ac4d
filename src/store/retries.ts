/** Tries again what may go well the next time: later and later, at random, and not for ever. */
import { setTimeout as pause } from 'node:timers/promises'
import { isStoreError } from './store-error.ts'

export interface RetryPolicy {
  readonly tries: number
  /** The longest pause after the first failure; it doubles with each further one. */
  readonly firstMs: number
  readonly longestMs: number
}

/** Some two minutes of a store that is away. */
export const usualRetries: RetryPolicy = { tries: 10, firstMs: 200, longestMs: 20_000 }

/** Waits before try number `next` (the second is 2): anything up to the doubled pause, so that many clients spread out. */
export async function waitBefore(
  next: number,
  { firstMs, longestMs }: RetryPolicy,
  { retryAfterMs = 0, signal }: { retryAfterMs?: number | undefined; signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const longest = Math.min(longestMs, firstMs * 2 ** (next - 2))
  const waitMs = Math.max(Math.random() * longest, Math.min(retryAfterMs, longestMs))
  await pause(waitMs, undefined, signal === undefined ? {} : { signal })
}

/** Does it until it goes well, fails for good, or has been tried often enough. */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  policy: RetryPolicy,
  signal?: AbortSignal,
): Promise<T> {
  for (let next = 2; ; next++) {
    try {
      return await attempt()
    } catch (error) {
      if (!isStoreError(error, 'busy', 'lost') || next > policy.tries || signal?.aborted) throw error
      await waitBefore(next, policy, { retryAfterMs: error.retryAfterMs, signal })
    }
  }
}
