/**
 * Locks that the database server itself holds for a job, so that those of other machines count too and one that died
 * frees it at once (GET_LOCK). Each has a connection of its own: MySQL 5.6 knows but one for a connection.
 */
import { createHash } from 'node:crypto'
import { OpsError } from '../base/errors.ts'
import type { Server } from './server.ts'
import { join, sql } from './sql.ts'

/** A lock that is held until it is released or its connection is gone. */
export interface HeldLock {
  /** Throws `lost` where the server no longer holds it for us. Ask before whatever must not happen twice. */
  check(): Promise<void>
  /** Which of these works are held just now, by whomever. */
  heldOf(whats: readonly string[]): Promise<readonly string[]>
  /** Well done also where it was released before. */
  release(): Promise<void>
}

/** Names are up to 64 characters: longer ones are told apart by a hash. */
function lockName(what: string): string {
  const name = `ops:${what}`
  if (Buffer.byteLength(name) <= 64) return name
  return `ops:${createHash('sha256').update(what).digest('hex').slice(0, 40)}`
}

/**
 * Takes the lock at once, or within `waitSeconds`, or not at all. `what` names the work, as `archive app.events`.
 * @throws OpsError `locked` with the connection that holds it.
 */
export async function holdLock(server: Server, what: string, waitSeconds = 0): Promise<HeldLock> {
  const session = await server.session()
  const name = lockName(what)
  const doing = `taking the lock of ${what}`
  const taken = await session.value(sql`SELECT GET_LOCK(${name}, ${waitSeconds})`, doing)
  if (taken !== '1') {
    const holder = await session.value(sql`SELECT IS_USED_LOCK(${name})`, doing)
    const [who] = await session
      .records(
        sql`SELECT USER AS user, HOST AS host FROM information_schema.PROCESSLIST WHERE ID = ${Number(holder ?? 0)}`,
        doing,
      )
      .catch(() => [])
    await session.close()
    const told = who ? `${who.user}, from ${who.host || 'its own socket'}` : 'an account that we may not see'
    throw new OpsError({
      code: 'locked',
      title: `${server.name}: another run holds ${what} (connection ${holder ?? 'unknown'}: ${told})`,
      changed: 'no',
      next: 'Wait for it. A run that was killed frees the lock as soon as the server notices that its connection is gone.',
    })
  }
  let isReleased = false
  return {
    async check() {
      const owner = await session.value(sql`SELECT IS_USED_LOCK(${name})`, doing)
      if (owner === String(session.threadId)) return
      throw new OpsError({
        code: 'lost',
        title: `${server.name}: the lock of ${what} was lost`,
        changed: 'unknown',
        next: 'Run the same command again: it looks at both sides first and goes on from there.',
      })
    },
    async heldOf(whats) {
      const each = whats.map(one => sql`IS_USED_LOCK(${lockName(one)})`)
      const [holders = []] = await session.cells(sql`SELECT ${join(each)}`, doing)
      return whats.filter((_, index) => holders[index] != null)
    },
    async release() {
      if (isReleased) return
      isReleased = true
      if (session.lost === undefined)
        await session.query(sql`SELECT RELEASE_LOCK(${name})`, doing).catch(() => undefined)
      await session.close()
    },
  }
}

/** Whether anybody holds one of them just now. */
export async function isLockHeld(server: Server, ...whats: readonly string[]): Promise<boolean> {
  const session = await server.session()
  const each = whats.map(what => sql`IS_USED_LOCK(${lockName(what)})`)
  const [holders = []] = await session.cells(
    sql`SELECT ${join(each)}`,
    `asking for the lock of ${whats[0] ?? 'nothing'}`,
  )
  await session.close()
  return holders.some(holder => holder !== null)
}
