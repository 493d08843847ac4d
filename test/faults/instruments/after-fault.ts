/** All invariants after one fault in the twenty-step job: what every class of network faults ends with. */
import type { Host } from '../../hosts/host.ts'
import { noTornFile } from '../invariants/i1-no-torn-file.ts'
import { noFalseSuccess } from '../invariants/i2-no-false-success.ts'
import { nothingForeignLost } from '../invariants/i3-nothing-foreign-lost.ts'
import { converges } from '../invariants/i4-converges.ts'
import { noSecret } from '../invariants/i6-no-secret.ts'
import { noLeftovers } from '../invariants/i7-no-leftovers.ts'
import { clearError } from '../invariants/i8-clear-error.ts'
import { stillReachable } from '../invariants/i9-reachable.ts'
import { allHold } from './broken.ts'
import type { Controller, Ran } from './controller.ts'
import type { CaseNote } from './fault-class.ts'
import type { Invariant } from './results.ts'
import { foreignPaths, managedPaths, secretPath, secretText, serviceIsWanted } from './twenty-steps.ts'

/** What `afterFault` and the deadline of the run check. */
export const allInvariants: readonly Invariant[] = ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I9']

export interface AfterFault {
  readonly ran: Ran
  readonly host: Host
  readonly controller: Controller
  /** The exit codes that this fault may end in; a run that was killed told nothing. */
  readonly exits: readonly number[] | 'killed'
  /** How long the host may take to be rid of the run. Default 30 seconds. */
  readonly quietWithinMs?: number
}

/** The job, straight to the host; the secret goes by the environment, as the README says. */
export function runJob(
  controller: Controller,
  host: Host,
  sshConfig = host.sshConfig,
  more: readonly string[] = [],
): Promise<Ran> {
  return controller.run(jobArgv(host, sshConfig, more), { env: jobEnvironment })
}

export const jobEnvironment = { OPS_PARAM_TOKEN: secretText }

export function jobArgv(host: Host, sshConfig = host.sshConfig, more: readonly string[] = []): string[] {
  return ['apply', 'twenty', host.name, '-F', sshConfig, '--yes', ...more]
}

/** Checks everything, first with the fault's traces still there, then by two runs without it. */
export async function afterFault({
  ran,
  host,
  controller,
  exits,
  quietWithinMs = 60_000,
}: AfterFault): Promise<CaseNote> {
  await allHold([
    () => (exits === 'killed' ? undefined : clearError(ran, exits)),
    () => stillReachable(host),
    () => noLeftovers(host, controller, quietWithinMs),
    () => noTornFile(host, managedPaths),
    () => noFalseSuccess(ran, host, managedPaths, serviceIsWanted),
    () => nothingForeignLost(host, foreignPaths),
    () => noSecret(secretText, secretPath, { ran, host, controller }),
    () => converges(() => runJob(controller, host), host, managedPaths, serviceIsWanted),
    () => nothingForeignLost(host, foreignPaths),
    () => noLeftovers(host, controller, quietWithinMs),
  ])
  return { exit: ran.code }
}
