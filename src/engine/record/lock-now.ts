/** Asks a host who holds its lock now: one trip, in which nothing is changed. */
import type { Session } from '../../run/session.ts'
import { bareShell } from '../../shell/library.ts'
import { placesFunction } from '../../shell/watchdog.ts'
import lockNowText from './lock-now.sh'

const question = bareShell(lockNowText)

/** Undefined where no run goes on, of the user that we act as. */
export async function lockNow(session: Session): Promise<string | undefined> {
  let holder: string | undefined
  await session.trip(`${placesFunction}${question}`, {
    silenceMs: 60_000,
    frame: ({ kind, body }) => {
      if (kind === 'holder') holder = body.toString('utf8').trim()
    },
  })
  return holder
}
