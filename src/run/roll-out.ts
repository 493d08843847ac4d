/** Takes hosts in batches, and begins no other one when too many have failed: a bad change stops before it is everywhere. */
import { eachLimited } from './each-limited.ts'

export interface RollOut {
  /** Hosts of a batch: the next one begins when all of it has ended. Undefined: all are one batch. */
  readonly batch?: number
  /** How many hosts may fail before no other one is begun. Undefined: however many. */
  readonly mostFailed?: number
}

export interface RollOutTask<Item> {
  /** Answers whether it came off. */
  run(item: Item): Promise<boolean>
  /** For each that is not begun any more. */
  leave(item: Item): void | Promise<void>
}

/** At most `limit` at once; those that are under way when one too many fails come to their own end. */
export async function rollOut<Item>(
  items: readonly Item[],
  limit: number,
  { batch = items.length, mostFailed = Number.POSITIVE_INFINITY }: RollOut,
  { run, leave }: RollOutTask<Item>,
): Promise<void> {
  let failed = 0
  for (let from = 0; from < items.length; from += Math.max(1, batch)) {
    await eachLimited(items.slice(from, from + Math.max(1, batch)), limit, async item => {
      if (failed > mostFailed) await leave(item)
      else if (!(await run(item))) failed += 1
    })
  }
}
