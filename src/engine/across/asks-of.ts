/** What a host's steps are about, as far as that shows before anybody was asked anything. */
import { parseFacts } from '../../run/facts-probe.ts'
import { type Asked, keyOf } from '../asked.ts'
import type { Evaluate, Evaluated } from '../plan/plan-host.ts'
import type { Step } from '../step.ts'

/** All that they ask of other hosts. With something that stands in for each value; a recipe that cannot go on with that tells the rest later. */
export async function asksOf(evaluate: Evaluate): Promise<readonly Asked[]> {
  const found = new Map<string, Asked>()
  for (;;) {
    const told = (key: string) => (found.has(key) ? { text: undefined } : undefined)
    const given = await Promise.resolve(evaluate(undefined, found.size > 0 ? told : undefined, true)).catch(
      () => undefined,
    )
    const asks = given && 'needs' in given ? given.needs : given && 'steps' in given ? (given.asks ?? []) : []
    const news = asks.filter(asked => !found.has(keyOf(asked)))
    if (news.length === 0) return [...found.values()]
    for (const asked of news) found.set(keyOf(asked), asked)
  }
}

/** The steps, or those of a host about which nothing is known; undefined where even that gives none. */
export async function stepsSoFar(first: Evaluated, evaluate: Evaluate): Promise<readonly Step[] | undefined> {
  if ('steps' in first) return first.steps
  const facts = parseFacts('bootId=unknown\nhostname=unknown\n')
  const trial = async () => evaluate(facts, () => ({ text: undefined }), true)
  const given = await trial().catch(() => undefined)
  return given && 'steps' in given ? given.steps : undefined
}
