/** The sessions of one server through one login on its host: a first one is opened at once, and all of them end together. */
import { OpsError } from '../base/errors.ts'

interface Ending {
  /** Why the connection is gone, once it is. */
  readonly lost: string | undefined
  close(): Promise<void>
  /** Ends it at once: the server takes back what was not committed. */
  destroy(): void
}

/** A server that can be reached. Close it at the end: it ends all of its sessions. */
export interface ServerSessions<Each> {
  readonly name: string
  /** A new session, prepared. @throws OpsError `unreachable`, `authentication` or `lost`. */
  session(): Promise<Each>
  close(): Promise<void>
  /** Cuts all sessions at once, and opens none any more: the server takes back what was not committed. */
  abort(): void
}

/** Opens a first session, so that what is wrong is known before anything begins; `transport` is closed where there is none. */
export async function openSessions<Each extends Ending>(
  name: string,
  transport: { close(): Promise<void> },
  open: () => Promise<Each>,
): Promise<ServerSessions<Each>> {
  const sessions = new Set<Each>()
  let isAborted = false
  const opened = async (): Promise<Each> => {
    if (isAborted) throw aborted(name)
    const session = await open()
    sessions.add(session)
    if (!isAborted) return session
    session.destroy()
    throw aborted(name)
  }
  try {
    let spare: Each | undefined = await opened()
    return {
      name,
      session: async () => {
        const ready = spare
        spare = undefined
        return ready && ready.lost === undefined ? ready : opened()
      },
      close: async () => {
        await Promise.all([...sessions].map(each => each.close()))
        await transport.close()
      },
      abort: () => {
        isAborted = true
        for (const each of sessions) each.destroy()
      },
    }
  } catch (thrown) {
    await transport.close()
    throw thrown
  }
}

function aborted(name: string): OpsError {
  return new OpsError({ code: 'interrupted', title: `${name}: all of its sessions were cut`, changed: 'no' })
}
