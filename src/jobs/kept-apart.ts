/**
 * Jobs of one table that would take each other's rows for somebody else's, or half of them for all. Each takes its own lock first and looks for the others
 * then, so that of two one sees the other.
 */
import { OpsError } from '../base/errors.ts'
import type { HeldLock } from '../mysql/named-lock.ts'
import { type TableName, tableText } from '../mysql/table-name.ts'
import { titlesOf } from './shard/hold-place.ts'

/**
 * `archive --with`: of another table, whose rows take some of this one along.
 *
 * A load beside an archive or a dump is one writer like others, which those stand anyway: its rows come all at once, an archive
 * takes away only what it has saved just so, and a dump finds what comes late with --recheck.
 */
export type Apart = 'archive' | 'archive --with' | 'dump' | 'load' | 'restore'

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
  const what = held.startsWith('dump ')
    ? 'saves the rows of the table'
    : 'brings rows into the table or takes them away'
  throw new OpsError({
    code: 'locked',
    title: `${source}: another run holds ${held}, which ${what}`,
    changed: 'no',
    next: 'Wait for it. A run that was killed frees the lock as soon as the server notices that its connection is gone.',
  })
}
