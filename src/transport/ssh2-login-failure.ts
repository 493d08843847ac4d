/** Why a login through ssh2 did not come about, judged by what was seen of the server until the connection closed. */
import { type AuthenticationLog, authenticationError, refusesAccount } from './authentication.ts'
import { type Address, DroppedEarly, unreachable } from './dial.ts'
import type { ConnectTarget } from './transport.ts'

/** What a login has seen so far; filled while it is under way. */
export interface SeenLogin {
  readonly log: AuthenticationLog
  /** The first that the server said, whatever that is. */
  greeting: string
  /** Keys were exchanged: it speaks SSH. */
  hasSharedKeys: boolean
  /** The host key that was shown is not to be trusted. */
  hostKeyProblem?: unknown
  /** What ssh2 said last of what went wrong. */
  lastError?: Error & { readonly level?: string }
}

/** The error for a login whose connection has closed. A DroppedEarly is worth another try. */
export function loginFailure(
  login: { readonly target: ConnectTarget; readonly address: Address; readonly user: string },
  { log, greeting, hasSharedKeys, hostKeyProblem, lastError }: SeenLogin,
): unknown {
  const { target, address } = login
  if (hostKeyProblem) return hostKeyProblem
  if (!hasSharedKeys && greeting !== '' && !/SSH-|MaxStartups|Not allowed at this time/.test(greeting)) {
    const said = JSON.stringify(greeting.split(/\r?\n/)[0])
    return unreachable(target.name, address, `it does not speak SSH but says ${said}`)
  }
  if (lastError?.message === 'Connection lost before handshake' || (!hasSharedKeys && !lastError)) {
    return new DroppedEarly(lastError?.message ?? 'closed before the banner')
  }
  // A connection that broke while a key was being looked at says nothing about the key.
  const broke = (!lastError || lastError.level === 'client-socket') && !refusesAccount(log.banner)
  if (!broke && (log.tried.length > 0 || lastError?.level === 'client-authentication')) {
    return authenticationError(login, log, lastError)
  }
  return unreachable(target.name, address, handshakeReason(lastError), lastError)
}

function handshakeReason(error: Error | undefined): string {
  if (!error) return 'the host closed the connection'
  if (/no matching/i.test(error.message)) {
    return `${error.message.toLowerCase()} that both sides know (try --transport openssh)`
  }
  return error.message
}
