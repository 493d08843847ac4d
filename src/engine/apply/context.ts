/** What applying a plan to one host needs, and what it comes to. */
import type { ErrorData } from '../../base/errors.ts'
import type { FreshLogin } from '../../run/host-link.ts'
import type { HostStatus } from '../../run/host-status.ts'
import type { Payload } from '../../run/payload.ts'
import type { Session } from '../../run/session.ts'
import type { AccessContext } from '../access/dangers.ts'
import type { BatchContext } from '../batch/report.ts'

export type StepOutcome = 'ok' | 'changed' | 'failed' | 'skipped' | 'reverted'

export interface ApplyResult {
  readonly status: HostStatus
  readonly outcomes: readonly StepOutcome[]
  readonly errors: readonly ErrorData[]
}

export interface ApplyContext extends BatchContext {
  /** Wait for a lock that another run holds, rather than end. */
  readonly waitForLock: boolean
  /** Nobody confirmed a certain plan: after a wait for the lock, the host is planned afresh. */
  readonly planAgain?: boolean
  /** Brings these files onto the host. */
  readonly upload: (payloads: readonly Payload[]) => Promise<void>
  /** Learns the boot that a step is about to end. */
  readonly noteBoot: () => Promise<void>
  /** Logs in anew after a step that drops the connection. */
  readonly reconnect: (after: 'connection' | 'boot') => Promise<Session>
  /** Who logs in; undefined on this machine itself, where no login can be cut off. */
  readonly login?: AccessContext
  /** Logs in once more beside the session in use. */
  readonly freshLogin?: () => Promise<FreshLogin>
}
