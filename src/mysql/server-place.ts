/** Where a server is and how to log in to it. */
import type { Secret } from '../base/secret.ts'
import type { ConnectTarget } from '../transport/transport.ts'

/** Made of `[db NAME]`, a host name or a `mysql://` address. */
export interface ServerPlace {
  /** What the user called it: for errors and reports. */
  readonly name: string
  /** The host to go through; this machine itself with the backend `local`. */
  readonly through: ConnectTarget
  /** As seen from that host; undefined: the server's own socket where packages put it. */
  readonly at: { readonly host: string; readonly port: number } | { readonly socket: string } | undefined
  /** Undefined: the user that logs in on the host. */
  readonly user?: string
  readonly password?: () => Promise<Secret | undefined>
  /** Undefined: none. */
  readonly tls?: { readonly ca?: string; readonly verify: boolean }
  readonly timeoutMs?: number
}
