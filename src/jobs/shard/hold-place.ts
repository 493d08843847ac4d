/**
 * Which runs of one table may be at work at once: one whole run, or shards of one number, each once. They never talk to each
 * other: each takes a lock of its own on the server, and then looks for those that would be in its way.
 */
import { OpsError } from '../../base/errors.ts'
import { type HeldLock, holdLock, isLockHeld } from '../../mysql/named-lock.ts'
import type { Server } from '../../mysql/server.ts'
import type { Emit } from '../../run/events.ts'
import type { Interrupt } from '../../run/interrupt.ts'
import { interruptedError } from '../run.ts'
import { mostShards, type Shard, shardText, shardTitle } from './shard.ts'

/** The place of a run beside others, until it is released or its connection is gone. */
export interface HeldPlace extends HeldLock {
  /** No other run was at work when it was taken. None begins before `letIn`. */
  readonly isAlone: boolean
  /** Goes by these borders until it is released, and answers whether the others at work do. Asked before `letIn`. */
  agree(borders: string): Promise<boolean>
  /** Lets other shards begin. */
  letIn(): Promise<void>
}

/** So long is waited for another shard that begins: it may have to finish what earlier runs left. */
const longestDoorSeconds = 300
const askEverySeconds = 2

/** Who may stop a run that waits for its turn to begin, and is told that it does. */
export interface Meanwhile {
  readonly interrupt: Pick<Interrupt, 'level'>
  readonly emit?: Emit
}

/**
 * `what` names the work, as `archive app.events`.
 * @throws OpsError `locked` where another run is in the way.
 */
export async function holdPlace(
  server: Server,
  what: string,
  shard: Shard | undefined,
  meanwhile: Meanwhile,
): Promise<HeldPlace> {
  return shard === undefined ? holdWhole(server, what) : holdShard(server, what, shard, meanwhile)
}

async function holdWhole(server: Server, what: string): Promise<HeldPlace> {
  const lock = await holdLock(server, what)
  try {
    const [first, ...more] = await shardsAtWork(lock, what)
    if (first) throw atWork(server, what, [first, ...more])
  } catch (thrown) {
    await lock.release()
    throw thrown
  }
  return { ...lock, isAlone: true, agree: async () => true, letIn: async () => {} }
}

async function holdShard(
  server: Server,
  what: string,
  shard: Shard,
  meanwhile: Meanwhile,
): Promise<HeldPlace> {
  const door = await openDoor(server, what, meanwhile)
  let own: HeldLock | undefined
  try {
    own = await holdLock(server, shardTitle(what, shard))
    // Whoever comes whole takes its lock first and looks for shards then: one of the two sees the other.
    if ((await own.heldOf([what])).length > 0)
      throw locked(
        `${server.name}: another run holds ${what} as a whole`,
        'Wait for it: it does the work of all shards.',
      )
    const others = (await shardsAtWork(own, what)).filter(each => shardText(each) !== shardText(shard))
    const unequal = others.filter(({ of }) => of !== shard.of)
    if (unequal.length > 0) throw atWork(server, what, unequal)
    const { check, heldOf, release } = own
    let agreed: HeldLock | undefined
    const byTitle = (each: Shard, borders: string): string => `${shardTitle(what, each)} by ${borders}`
    return {
      check,
      heldOf,
      isAlone: others.length === 0,
      async agree(borders) {
        agreed = await holdLock(server, byTitle(shard, borders))
        if (others.length === 0) return true
        // In this order: whoever ends between the two gives its place back first.
        const held = await agreed.heldOf(
          others.flatMap(each => [byTitle(each, borders), shardTitle(what, each)]),
        )
        return others.every(
          each => held.includes(byTitle(each, borders)) || !held.includes(shardTitle(what, each)),
        )
      },
      letIn: () => door.release(),
      async release() {
        await release()
        await agreed?.release()
        await door.release()
      },
    }
  } catch (thrown) {
    await own?.release()
    await door.release()
    throw thrown
  }
}

/** One shard begins at a time. */
async function openDoor(server: Server, what: string, { interrupt, emit }: Meanwhile): Promise<HeldLock> {
  for (let waited = 0; ; waited += askEverySeconds) {
    if (interrupt.level !== 'none') throw interruptedError(what, false, 'Nothing was begun.')
    try {
      return await holdLock(server, `the beginning of ${what}`, askEverySeconds)
    } catch (thrown) {
      const isLocked = thrown instanceof OpsError && thrown.data.code === 'locked'
      if (!isLocked || waited >= longestDoorSeconds) throw thrown
      if (waited > 0) continue
      emit?.({
        event: 'note',
        host: server.name,
        text: `another shard of ${what} begins just now, and may have to finish what earlier runs left: waiting for it, up to ${longestDoorSeconds} s`,
      })
    }
  }
}

/** Whether a run of that work, or a shard of one, is at work just now: for whoever only looks. */
export function isAtWork(server: Server, what: string): Promise<boolean> {
  return isLockHeld(server, ...titlesOf(what))
}

/** Of the whole of a work, and of each shard that there can be. */
export function titlesOf(what: string): readonly string[] {
  return [what, ...allShards().map(each => shardTitle(what, each))]
}

async function shardsAtWork(lock: HeldLock, what: string): Promise<readonly Shard[]> {
  const shards = allShards()
  const held = new Set(await lock.heldOf(shards.map(each => shardTitle(what, each))))
  return shards.filter(each => held.has(shardTitle(what, each)))
}

function allShards(): readonly Shard[] {
  return Array.from({ length: mostShards }, (_, count) =>
    Array.from({ length: count + 1 }, (_each, index) => ({ index, of: count + 1 })),
  ).flat()
}

function atWork(server: Server, what: string, shards: readonly Shard[]): OpsError {
  const names = shards.map(shardText).join(', ')
  return locked(
    `${server.name}: ${shards.length === 1 ? `the shard ${names}` : `the shards ${names}`} of ${what} ${shards.length === 1 ? 'is' : 'are'} at work`,
    'Wait for them: shards of another number, or a run of the whole, would take the same rows.',
  )
}

function locked(title: string, next: string): OpsError {
  return new OpsError({ code: 'locked', title, changed: 'no', next })
}
