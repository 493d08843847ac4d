/** Keeps restores from the tables whose rows go along (`--with`), as the place of a run keeps them from its own table. */
import { OpsError } from '../../base/errors.ts'
import { type HeldLock, holdLock } from '../../mysql/named-lock.ts'
import type { Server } from '../../mysql/server.ts'
import { type TableName, tableText } from '../../mysql/table-name.ts'
import { type Apart, keptApart } from '../kept-apart.ts'
import { type HeldPlace, titlesOf } from '../shard/hold-place.ts'
import { type Shard, shardTitle } from '../shard/shard.ts'

const work = 'archive --with' satisfies Apart
/** So many runs may take rows of one table along at once: shards of one parent, or runs of several parents. */
const mostRuns = 40

/** Takes the place along: it is released with these locks, and here where one of them is not to be had. @throws OpsError `locked` */
export async function holdWith(
  place: HeldPlace,
  server: Server,
  {
    table,
    with: children,
    shard,
  }: { readonly table: TableName; readonly with: readonly TableName[]; readonly shard: Shard | undefined },
): Promise<HeldPlace> {
  const locks: HeldLock[] = []
  const release = async (): Promise<void> => {
    for (const lock of locks) await lock.release()
    await place.release()
  }
  try {
    for (const child of children) locks.push(await holdAny(server, `${work} ${tableText(child)}`, shard))
    for (const each of [table, ...children]) await keptApart(place, server.name, each, ['restore'])
  } catch (thrown) {
    await release()
    throw thrown
  }
  const check = async (): Promise<void> => {
    await place.check()
    for (const lock of locks) await lock.check()
  }
  return { ...place, check, release }
}

/** Its own name, or the next free one of those that a restore asks for. */
async function holdAny(server: Server, what: string, shard: Shard | undefined): Promise<HeldLock> {
  const own = shardTitle(what, shard)
  const others = titlesOf(what).filter(each => each !== own)
  for (const title of [own, ...others.slice(0, mostRuns - 1)]) {
    try {
      return await holdLock(server, title)
    } catch (thrown) {
      if (!(thrown instanceof OpsError) || thrown.data.code !== 'locked') throw thrown
    }
  }
  return holdLock(server, own)
}
