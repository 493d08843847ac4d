/** The server did not let us open one more session or forwarding on this connection. */
import { OpsError } from '../base/errors.ts'

/** How a reason begins where a setting of the server forbids it. */
export const prohibited = 'administratively prohibited'

export class SessionRefused extends OpsError {
  /** A setting of the server forbids it. */
  readonly isProhibited: boolean

  /** `destination` is where a forwarding should have led; without it a session was asked for. */
  constructor(name: string, reason: string, destination?: string) {
    super({
      code: 'unreachable',
      title:
        destination === undefined
          ? `the server refused one more session: ${reason}`
          : `the host could not connect to ${destination}: ${reason}`,
      host: name,
      changed: 'no',
      next:
        destination === undefined
          ? 'Look at MaxSessions in sshd_config on the host.'
          : 'Check that something listens there, and AllowTcpForwarding and PermitOpen in sshd_config on the host.',
    })
    this.name = 'SessionRefused'
    this.isProhibited = reason.startsWith(prohibited)
  }
}
