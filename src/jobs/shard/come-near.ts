/**
 * Shards of one work see each other from before their plans to their ends, so that none takes what another one sends for the
 * work of somebody else. The lock of its place comes later: a shard plans without it, and waits for its turn to begin.
 */
import { OpsError } from '../../base/errors.ts'
import { holdLock } from '../../mysql/named-lock.ts'
import type { Server } from '../../mysql/server.ts'
import { type Shard, shardTitle } from './shard.ts'

export interface Near {
  /** How many other shards are near now. */
  beside(): Promise<number>
  release(): Promise<void>
}

/** `what` names the work, as `archive app.events`. Undefined: no other run may be near, or it is this very shard once more. */
export async function comeNear(
  server: Server,
  what: string,
  shard: Shard | undefined,
): Promise<Near | undefined> {
  if (shard === undefined || shard.of === 1) return undefined
  const nearBy = (index: number): string => `a run of ${shardTitle(what, { index, of: shard.of })}`
  const siblings = Array.from({ length: shard.of }, (_, index) => index)
    .filter(index => index !== shard.index)
    .map(nearBy)
  try {
    const { heldOf, release } = await holdLock(server, nearBy(shard.index))
    return { beside: async () => (await heldOf(siblings)).length, release }
  } catch (thrown) {
    // It is refused with its reason when it takes its place.
    if (thrown instanceof OpsError && thrown.data.code === 'locked') return undefined
    throw thrown
  }
}
