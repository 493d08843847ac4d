/** From chosen hosts to an exit code: one way for a recipe, a saved plan and a kept copy. */
import { opsVersion } from '../base/version.ts'
import type { RunHost, RunOptions, RunOutcome } from '../engine/run-request.ts'
import type { SelectedHost } from '../inventory/select.ts'
import { becomeOf } from './become.ts'
import { confirmPlans } from './confirm-plans.ts'
import { declinedExitCode, exitCodeOf } from './exit-code.ts'
import type { CommonSettings } from './flags.ts'
import type { ReportSession } from './report-session.ts'
import { type Chosen, connectTargets } from './targets.ts'

/** A host that can be logged in to. */
export type Reached = Pick<RunHost, 'target' | 'become'>

/** How each chosen host is logged in to, and whom to become there. */
export async function reachHosts(
  chosen: Chosen,
  settings: CommonSettings,
  session: ReportSession,
): Promise<ReadonlyMap<SelectedHost, Reached>> {
  const become = await becomeOf(settings, session)
  const targets = await connectTargets(chosen, settings, session)
  return new Map([...targets].map(([host, target]) => [host, { target, ...(become && { become }) }]))
}

interface StepsRun
  extends Pick<RunOptions, 'verb' | 'hosts' | 'limit' | 'rollOut' | 'saved' | 'waitForLock'> {
  /** Undefined where the steps come from none. */
  readonly recipe?: string
  /** What the operator typed, for the holder of the lock. */
  readonly purpose: string
  /** Apply without asking. */
  readonly yes: boolean
}

/** Runs steps on hosts under a report; asks for a confirmation where one is wanted and somebody is there. */
export async function runSteps(
  { recipe, yes, ...options }: StepsRun,
  { report, interrupt, prompts }: ReportSession,
): Promise<RunOutcome> {
  const { runHosts } = await import('../engine/run.ts')
  report.emit({
    event: 'run',
    verb: options.verb,
    ...(recipe !== undefined && { recipe }),
    hosts: options.hosts.map(host => host.target.name),
    version: opsVersion(),
  })
  const asks = options.verb === 'apply' && !yes && prompts
  return runHosts({
    ...options,
    emit: report.emit,
    interrupt,
    ...(asks && { confirm: confirmPlans(report, prompts) }),
  })
}

/** The exit code that such a run ends with. */
export function exitCodeOfRun(verb: RunOptions['verb'], { declined, hosts }: RunOutcome): number {
  if (declined) return declinedExitCode
  return exitCodeOf(
    verb,
    Object.values(hosts).map(host => host.status),
  )
}
