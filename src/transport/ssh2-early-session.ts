/**
 * Asks for the first program in the same breath as for the login, which saves three round trips: the answer to the
 * login, the number and the window of the channel are guessed. The host runs nothing of it before it has let us in.
 */
import type { Channel, Client } from 'ssh2'
import { type ChannelInternals, type Internals, packetBytes, windowBytes } from './ssh2-internals.ts'

/** A session that was asked for early. */
export interface EarlySession {
  readonly channel: Channel
  /** True once the login that it came with was refused: the server has dropped it, and another may follow. */
  readonly isDropped: () => boolean
  /** Resolves when the server has opened it, as guessed, and runs the command. Rejects where it did not. */
  readonly opened: Promise<void>
}

/**
 * What is sent before the server allows anything. OpenSSH allows 2 MiB with the start of the command, which it reads
 * first; what is not sent yet by then waits for its word as ever.
 */
const earlyBytes = 64 * 1024

/** OpenSSH numbers channels from 0, takes packets strictly in order, and answers those that come before its time with UNIMPLEMENTED. */
const predictable = /^OpenSSH_\d/

/**
 * Opens a session with `command` while a login is under way; undefined where the server is not known to behave as
 * guessed. When that login is refused, `opened` rejects and the server has dropped what was sent. `onRefused` is told
 * when it refuses the command.
 */
export function openEarly(client: Client, command: string, onRefused: () => void): EarlySession | undefined {
  const internals = client as unknown as Internals
  const { _protocol: protocol, _chanMgr: channels } = internals
  if (!predictable.test(internals._remoteVer ?? '')) return undefined
  const handlers = protocol._handlers
  const { CHANNEL_OPEN_CONFIRMATION: confirmation, CHANNEL_OPEN_FAILURE: failure } = handlers
  const { USERAUTH_FAILURE: refusal } = handlers
  let made: Channel | undefined
  const id = channels.add(
    Object.assign(
      (_error: Error | undefined, channel: Channel) => {
        made = channel
      },
      { type: 'session' },
    ),
  )
  confirmation(protocol, { recipient: id, sender: 0, window: earlyBytes, packetSize: packetBytes })
  if (made === undefined) return undefined
  const channel = made
  let isDropped = false
  const session = channel as unknown as ChannelInternals
  const opened = new Promise<void>((resolve, reject) => {
    let allowed: number | undefined
    const restore = (): void => {
      handlers.CHANNEL_OPEN_CONFIRMATION = confirmation
      handlers.CHANNEL_OPEN_FAILURE = failure
      handlers.USERAUTH_FAILURE = refusal
    }
    const fail = (reason: string): void => {
      restore()
      reject(new Error(reason))
    }
    handlers.USERAUTH_FAILURE = (...words) => {
      isDropped = true
      channels.remove(id)
      fail('the login was refused')
      refusal(...words)
    }
    handlers.CHANNEL_OPEN_CONFIRMATION = (sender, info) => {
      if (info.recipient !== id) return confirmation(sender, info)
      if (info.sender !== 0) return fail(`Channel open failure: numbered ${info.sender}`)
      allowed = info.window
    }
    handlers.CHANNEL_OPEN_FAILURE = (sender, recipient, reason, description) => {
      if (recipient !== id) return failure(sender, recipient, reason, description)
      channels.remove(id)
      fail(`Channel open failure: ${description}`)
    }
    session._callbacks.push(refused => {
      if (allowed === undefined) return fail('Channel open failure: no answer')
      restore()
      // From here on the window is what the server has said, no more what was guessed.
      session.outgoing.window += allowed - earlyBytes
      if (!refused && session.outgoing.window < 0)
        return fail('Channel open failure: it took less than was sent')
      if (refused) onRefused()
      resolve()
    })
  })
  opened.catch(() => undefined)
  session.subtype = 'exec'
  protocol.session(id, windowBytes, packetBytes)
  protocol.exec(0, command, true)
  return { channel, opened, isDropped: () => isDropped }
}
