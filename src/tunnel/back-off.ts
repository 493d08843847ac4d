/** How long to wait before the next try: longer each time, never in step with others. */

const firstMs = 200
const longestMs = 30_000

/** The pause before try `attempt` (the first is 1), in milliseconds; `random` from 0 to 1. */
export function pauseBefore(attempt: number, random = Math.random()): number {
  const most = Math.min(longestMs, firstMs * 2 ** (attempt - 1))
  return Math.round(most * (0.5 + random / 2))
}
