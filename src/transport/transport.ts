/** How bytes get to a host: the interface that the ssh2, openssh and local backends share. */
import type { Duplex, Readable, Writable } from 'node:stream'

/** How a remote program ended. `lost` means that no exit status came: what it did is unknown. */
export type Ending = { readonly code: number } | { readonly signal: string } | { readonly lost: string }

/** One running program on the host. Both outputs must be read, or flow control stops it. */
export interface RemoteProcess {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** Resolves once, never rejects; after both outputs have ended, or when the connection is gone. */
  readonly ended: Promise<Ending>
  /** Closes the channel (sends EOF and close); the remote program may go on. */
  close(): void
}

/** An authenticated connection to one host. */
export interface Transport {
  readonly backend: 'ssh2' | 'openssh' | 'local'
  /** The name as the user wrote it: what errors and reports show. */
  readonly name: string
  /** The login user on the host. */
  readonly user: string
  /** Starts a program. `argv` must be plain words (checked): anything else goes over stdin to `exec /bin/sh`. */
  open(argv: readonly string[]): Promise<RemoteProcess>
  /** A stream to `host:port` as seen from the far end (names resolved there). */
  forward(host: string, port: number): Promise<Duplex>
  /** A stream to a unix socket of the far end: an absolute path without colons, spaces and control characters. */
  forwardSocket(path: string): Promise<Duplex>
  /** Asks the host for a sign of life; resolves with it, or never. Missing where a backend cannot ask. */
  ping?(): Promise<void>
  /** Resolves when the connection is gone, with the reason; `undefined` when we closed it. Never rejects. */
  readonly closed: Promise<string | undefined>
  /** Ends the connection in an orderly way; resolves when the host has been told, not when it has answered. */
  close(): Promise<void>
}

/**
 * A program that is wanted as soon as the login is through. A backend that can starts it in the same breath as the
 * login and hands it over before it is known whether the host lets us in: then `open` with the same words gives it back.
 */
export interface FirstProgram {
  /** The words for `open`; undefined where it is better not to begin early. */
  argv(login: Pick<Transport, 'name' | 'user'>): readonly string[] | undefined
  /** Takes the program, to write to it at once. It ends as `lost` when the login fails. */
  begin(process: RemoteProcess, login: Pick<Transport, 'name' | 'user'>): void
}

/** Become another user on the host. `method` is worked out per host: none for the same user, sudo otherwise. */
export interface Become {
  readonly user: string
  /** Asked for at most once per group, only when `sudo -n` was refused. Undefined: never ask. */
  readonly password?: () => Promise<string>
}

/** Everything a backend needs to log in to one host; made from flags, inventory and `ssh -G`. */
export interface ConnectTarget {
  /** The name as the user wrote it: what errors and reports show. */
  readonly name: string
  /** What `ssh` would be given: an ssh config alias, host name or address; `local` for this machine. */
  readonly destination: string
  readonly user?: string
  readonly port?: number
  readonly sshConfigFile?: string
  readonly identityFile?: string
  /** Accept (and record) a host key that is not known yet. A changed key is never accepted. */
  readonly acceptNew?: boolean
  /** Compresses what is sent, where the server does so too: for slow links. */
  readonly compress?: boolean
  /** Forces a backend; otherwise it is chosen by what the resolved config needs. */
  readonly backend?: 'ssh2' | 'openssh' | 'local'
  /** Bounds connect and login together, in milliseconds. */
  readonly connectTimeoutMs?: number
  /** Asks for a passphrase or password on a terminal; undefined where there is none. */
  readonly askSecret?: (question: string) => Promise<string>
  /** Told why a backend was chosen, and other things worth knowing with `-v`. */
  readonly note?: (text: string) => void
}
