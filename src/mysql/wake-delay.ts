/**
 * How late a thread of the server comes to run after a short sleep, by the server's own clock. This is what any other client
 * feels of a busy processor, however far away and however busy this machine is.
 */
import { performance } from 'node:perf_hooks'
import type { Session } from './session.ts'
import { join, sql, trusted } from './sql.ts'

const sleepMs = 0.25
const sleeps = 8

export interface WakeDelay {
  /** The mean over some sleeps, in milliseconds. */
  readonly lateMs: number
  /** The way to the server and back. */
  readonly tripMs: number
}

/** Undefined: the server does not tell, as where SYSDATE stands still (`sysdate-is-now`). */
export async function wakeDelay(session: Session): Promise<WakeDelay | undefined> {
  const clock = sql`SYSDATE(6)`
  const items = Array.from(
    { length: sleeps },
    () => sql`SLEEP(${trusted(String(sleepMs / 1_000))}), ${clock}`,
  )
  const begun = performance.now()
  try {
    const [cells = []] = await session.cells(
      sql`SELECT ${clock}, ${join(items, ', ')}`,
      'asking how busy the server is',
    )
    const tookMs = performance.now() - begun
    const sleptMs = millisecondsOf(cells.at(-1)) - millisecondsOf(cells[0])
    if (!(sleptMs >= sleeps * sleepMs)) return undefined
    return { lateMs: sleptMs / sleeps - sleepMs, tripMs: Math.max(0, tookMs - sleptMs) }
  } catch (thrown) {
    if (session.lost !== undefined) throw thrown
    return undefined
  }
}

/** Of `2026-11-29 10:00:00.123456`. */
function millisecondsOf(cell: Buffer | null | undefined): number {
  const [, seconds = '', micros = ''] = /^(.{19})\.(\d{6})$/.exec(cell?.toString('latin1') ?? '') ?? []
  return Date.parse(`${seconds.replace(' ', 'T')}Z`) + Number(micros) / 1_000
}
