/** The documented exit codes, and the worst of several. */
import type { ErrorCode } from '../base/errors.ts'
import type { HostStatus } from '../run/host-status.ts'

/** What each kind of error ends the process with. */
export const exitCodes: Readonly<Record<ErrorCode, number>> = {
  input: 3,
  unreachable: 4,
  authentication: 4,
  'host-key': 4,
  lost: 5,
  locked: 6,
  failed: 1,
  'not-converged': 1,
  undone: 1,
  unstable: 1,
  moved: 8,
  reverted: 7,
  interrupted: 130,
}

const ofStatus: Readonly<Record<HostStatus, number>> = {
  ok: 0,
  drift: 2,
  failed: 1,
  unreachable: 4,
  lost: 5,
  locked: 6,
  moved: 8,
  reverted: 7,
  interrupted: 130,
  'not-whole': 8,
  // Others failed, and theirs is the code.
  'not-begun': 0,
}

/** The operator said no to the plan: the hosts differ from it still. */
export const declinedExitCode = ofStatus.drift

/** The worst first. An interrupted run says so unless a host's state is unknown: that must never be missed. */
const worstFirst: readonly number[] = [5, 130, 7, 1, 8, 6, 4, 2, 0]

/** The exit code of a run over many hosts. Drift is a finding of `check` alone. */
export function exitCodeOf(verb: string, statuses: readonly HostStatus[]): number {
  const codes = new Set(
    statuses.map(status => (status === 'drift' && verb !== 'check' ? 0 : ofStatus[status])),
  )
  return worstFirst.find(code => codes.has(code)) ?? 0
}
