/**
 * One restore at a time into a table. Its lock is taken before the table is judged: rows that another run is putting there
 * would be taken for somebody else's.
 */
import { type HeldLock, holdLock } from '../../mysql/named-lock.ts'
import type { Server } from '../../mysql/server.ts'
import { type TableName, tableText } from '../../mysql/table-name.ts'
import { keptApart } from '../kept-apart.ts'

/**
 * A plan holds them too: it judges the tables as well. `stillLocked` throws where another run may be at work by now.
 * @throws OpsError `locked` where another run restores into one of them, loads into it, archives its rows or dumps it.
 */
export async function holdingTargets<T>(
  server: Server,
  targets: readonly TableName[],
  work: (stillLocked: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const locks: HeldLock[] = []
  try {
    for (const target of targets) {
      const lock = await holdLock(server, `restore ${tableText(target)}`)
      locks.push(lock)
      await keptApart(lock, server.name, target, ['archive', 'archive --with', 'dump', 'load'])
    }
    return await work(async () => {
      for (const lock of locks) await lock.check()
    })
  } finally {
    for (const lock of locks) await lock.release()
  }
}
