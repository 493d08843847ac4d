/** What an archive says of partitions, in its plan and at its end. */
import type { JobFact } from '../../run/job-events.ts'
import type { DroppedPartitions } from './drop-partitions.ts'
import type { OldPartitions } from './old-partitions.ts'

const mostNamed = 6

export function plannedPartitions({ old, empty, stay }: OldPartitions): readonly JobFact[] {
  if (old.length === 0 || stay !== undefined) return []
  const already = empty.length === 0 ? '' : ` (${empty.length} are empty already)`
  const text = `${listed(old)}: dropped when their rows have left${already}, each looked at again under a lock of the whole table`
  const snapshots =
    'a transaction that began before a drop and reads the table after it, such as a mysqldump --single-transaction, may end with error 1412; --no-drop-partitions leaves them'
  return [
    { name: 'partitions', text },
    { name: 'meanwhile', text: snapshots },
  ]
}

export function stayingPartitions({ old, stay }: OldPartitions): readonly string[] {
  if (stay === undefined) return []
  return [`partitions stay${old.length === 0 ? '' : `, also when they are empty (${listed(old)})`}: ${stay}`]
}

export function droppedFacts({ dropped, longestLockMs }: DroppedPartitions): readonly JobFact[] {
  if (dropped.length === 0) return []
  const lock = `; the table was locked for ${Math.round(longestLockMs)} ms at most`
  return [{ name: 'partitions', text: `${listed(dropped)} dropped, empty${lock}` }]
}

export function stayedNotes({ stayed }: DroppedPartitions): readonly string[] {
  return stayed.map(({ name, why }) => `the partition ${name} stays: ${why}; the next run looks at it again`)
}

function listed(names: readonly string[]): string {
  const rest = names.length - mostNamed
  return rest <= 1 ? names.join(', ') : `${names.slice(0, mostNamed).join(', ')} and ${rest} more`
}
