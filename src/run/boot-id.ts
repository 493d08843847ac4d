/** Which boot a host is in: another one has another id. */
import type { Session } from './session.ts'

const script = 'ops_frame boot; cat /proc/sys/kernel/random/boot_id'
const silenceMs = 60_000

/** Undefined where the host tells none. Throws as a trip of a session does. */
export async function bootIdOf(session: Session): Promise<string | undefined> {
  let id: string | undefined
  await session.trip(script, {
    silenceMs,
    frame: ({ kind, body }) => {
      if (kind === 'boot') id = body.toString('utf8').trim()
    },
  })
  return id
}
