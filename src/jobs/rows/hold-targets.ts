/**
 * One restore at a time into a table. Its lock is taken before the table is judged: rows that another run is putting there
 * would be taken for somebody else's.
 */
import { type HeldLock, holdLock } from '../../mysql/named-lock.ts'
import type { Server } from '../../mysql/server.ts'
import { type TableName, tableText } from '../../mysql/table-name.ts'

/** A plan holds them too: it judges the tables as well. @throws OpsError `locked` where another run restores into one of them. */
export async function holdingTargets<T>(
  server: Server,
  targets: readonly TableName[],
  work: () => Promise<T>,
): Promise<T> {
  const locks: HeldLock[] = []
  try {
    for (const target of targets) locks.push(await holdLock(server, `restore ${tableText(target)}`))
    return await work()
  } finally {
    for (const lock of locks) await lock.release()
  }
}
