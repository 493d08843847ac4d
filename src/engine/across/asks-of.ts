/** All that a host's steps ask of other hosts, as far as that shows before one of them has answered. */
import { type Asked, keyOf } from '../asked.ts'
import type { Evaluate } from '../plan/plan-host.ts'

/** With something that stands in for each value; a recipe that cannot go on with that tells the rest later. */
export async function asksOf(evaluate: Evaluate): Promise<readonly Asked[]> {
  const found = new Map<string, Asked>()
  for (;;) {
    const told = (key: string) => (found.has(key) ? { text: undefined } : undefined)
    const given = await Promise.resolve(evaluate(undefined, found.size > 0 ? told : undefined)).catch(
      () => undefined,
    )
    const asks = given && 'needs' in given ? given.needs : given && 'steps' in given ? (given.asks ?? []) : []
    const news = asks.filter(asked => !found.has(keyOf(asked)))
    if (news.length === 0) return [...found.values()]
    for (const asked of news) found.set(keyOf(asked), asked)
  }
}
