/** What applying to one host takes from our link to it. */
import type { HostLink } from '../../run/host-link.ts'
import { lockHolder } from '../../run/lock-holder.ts'
import { newRunName } from '../../run/run-id.ts'
import type { AccessContext } from '../access/dangers.ts'
import type { PlannedStep } from '../plan/planned-step.ts'
import type { RunRecord } from '../record/record-head.ts'
import type { ApplyContext } from './context.ts'

interface LinkOptions extends Pick<ApplyContext, 'emit' | 'interrupt' | 'planAgain'> {
  /** What the operator typed, for the holder of the lock. */
  readonly purpose: string
  /** What the run is called in the records of its hosts; left out: it has a name that nobody was told. */
  readonly record?: RunRecord
  readonly waitForLock?: boolean
  /** Who logs in there: undefined on this machine itself, where nobody could be cut off. */
  readonly login: AccessContext | undefined
}

/** The context of one apply: uploads, new logins and the guard of our access all go through the link. */
export async function linkContext(
  link: HostLink,
  planned: readonly PlannedStep[],
  { purpose, waitForLock = false, login, record = { ...newRunName(), purpose }, ...options }: LinkOptions,
): Promise<ApplyContext> {
  return {
    ...options,
    session: await link.open(),
    planned,
    who: lockHolder(purpose),
    record,
    waitForLock,
    upload: payloads => link.upload(payloads),
    noteBoot: () => link.noteBoot(),
    reconnect: after => link.reconnect(after),
    ...(login && { login }),
    freshLogin: () => link.freshLogin(),
  }
}
