/**
 * Jobs of one table that would take each other's rows for somebody else's. Each takes its own lock first and looks for the others
 * then, so that of two one sees the other.
 */
import { OpsError } from '../base/errors.ts'
import type { HeldLock } from '../mysql/named-lock.ts'
import { type TableName, tableText } from '../mysql/table-name.ts'
import { titlesOf } from './shard/hold-place.ts'

export type Apart = 'archive' | 'load' | 'restore'

/** `lock` is our own, of any work. @throws OpsError `locked` where one of the others is at work on the table. */
export async function keptApart(
  lock: Pick<HeldLock, 'heldOf'>,
  source: string,
  table: TableName,
  others: readonly Apart[],
): Promise<void> {
  const titles = others.map(each => `${each} ${tableText(table)}`)
  const [held] = await lock.heldOf(titles.flatMap(titlesOf))
  if (held === undefined) return
  throw new OpsError({
    code: 'locked',
    title: `${source}: another run holds ${held}, which brings rows into the table or takes them away`,
    changed: 'no',
    next: 'Wait for it. A run that was killed frees the lock as soon as the server notices that its connection is gone.',
  })
}
