/** What was asked for, after the command line, ops.ini and questions. */
import type { Become, ConnectTarget } from '../transport/transport.ts'
import type { UrlHost } from './remote-url.ts'

export interface GitRemoteRequest {
  readonly target: ConnectTarget
  readonly urlHost: UrlHost
  /** Only where it was asked for: by default everything is done as the user that logs in, who will push later. */
  readonly become: Become | undefined
  /** For installing git: root. */
  readonly becomeRoot: Become | undefined
  /** The project's folder on this machine, or one inside it. */
  readonly folder: string
  /** On the host; may begin with `~`. */
  readonly base: string
  /** The repository's name without `.git`; undefined: that of the project's folder. */
  readonly name: string | undefined
  readonly remote: string
  /** Undefined: the branch that is checked out. */
  readonly branch: string | undefined
  readonly all: boolean
  readonly tags: boolean
  /** Let the branch follow this remote even where it follows another one. */
  readonly track: boolean
  readonly description: string | undefined
  readonly installGit: boolean
}

/** Questions to the person at the terminal; undefined where nobody can be asked. */
export interface GitRemoteQuestions {
  /** Another name for the remote, as `taken` leads elsewhere. */
  remoteName(taken: string, url: string): Promise<string>
  installGit(host: string): Promise<boolean>
}
