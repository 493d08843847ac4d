/** From chosen hosts to an exit code: one way for a recipe, a saved plan and a kept copy. */
import { openSecretNotes } from '../base/open-secrets.ts'
import { opsVersion } from '../base/version.ts'
import type { RunHost, RunOptions, RunOutcome } from '../engine/run-request.ts'
import type { SelectedHost } from '../inventory/select.ts'
import { masked } from '../report/mask.ts'
import type { RunEvent } from '../run/events.ts'
import { newRunName } from '../run/run-id.ts'
import { becomeOf } from './become.ts'
import { confirmPlans } from './confirm-plans.ts'
import { declinedExitCode, exitCodeOf } from './exit-code.ts'
import type { CommonSettings } from './flags.ts'
import { type Left, notWholeAt, summariesLeft, tellingLeft } from './history/not-whole.ts'
import type { ReportSession } from './report-session.ts'
import { type Chosen, connectTargets } from './targets.ts'

/** A host that can be logged in to. */
export type ReachedHost = Pick<RunHost, 'target' | 'become'>

/** How each chosen host is logged in to, and whom to become there. */
export async function reachHosts(
  chosen: Chosen,
  settings: CommonSettings,
  session: ReportSession,
): Promise<ReadonlyMap<SelectedHost, ReachedHost>> {
  const become = await becomeOf(settings, session)
  const targets = await connectTargets(chosen, settings, session)
  return new Map([...targets].map(([host, target]) => [host, { target, ...(become && { become }) }]))
}

interface StepsRun
  extends Pick<
    RunOptions,
    | 'verb'
    | 'hosts'
    | 'balancers'
    | 'sources'
    | 'limit'
    | 'rollOut'
    | 'saved'
    | 'waitForLock'
    | 'isPart'
    | 'explainMoved'
  > {
  /** Undefined where the steps come from none. */
  readonly recipe?: string
  /** What the operator typed, for the holder of the lock. */
  readonly purpose: string
  /** Apply without asking. */
  readonly yes: boolean
  /** The recipe's, for the records: secrets among them are left out. */
  readonly params?: Readonly<Record<string, unknown>>
  /** Told before the plan. */
  readonly tells?: readonly RunEvent[]
  /** What an undo does not take back. */
  readonly left?: Left
}

/** Runs steps on hosts under a report; asks for a confirmation where one is wanted and somebody is there. */
export async function runSteps(
  { recipe, yes, params, tells = [], left = new Map(), ...options }: StepsRun,
  { report, interrupt, prompts, secrets }: ReportSession,
): Promise<RunOutcome> {
  const { runHosts } = await import('../engine/run.ts')
  const { purpose } = options
  const record =
    options.verb === 'apply'
      ? { ...newRunName(), purpose, ...(recipe !== undefined && { recipe }), params: told(params, secrets) }
      : undefined
  const recorder = record && new (await import('./history/run-recorder.ts')).RunRecorder(record)
  const emit = tellingLeft(
    event => {
      recorder?.take(masked(event, secrets))
      report.emit(event)
    },
    options.verb,
    left,
  )
  emit({
    event: 'run',
    verb: options.verb,
    ...(record && { run: record.run }),
    ...(recipe !== undefined && { recipe }),
    hosts: options.hosts.map(host => host.target.name),
    version: opsVersion(),
  })
  for (const event of tells) emit(event)
  for (const note of openSecretNotes()) report.say(note)
  const asks = options.verb === 'apply' && !yes && prompts
  try {
    const outcome = await runHosts({
      ...options,
      ...(record && { record, notWholeAt: notWholeAt(left) }),
      emit,
      interrupt,
      ...(asks && { confirm: confirmPlans(report, prompts) }),
    })
    return { ...outcome, hosts: summariesLeft(outcome.hosts, options.verb, left) }
  } finally {
    recorder?.end()
    if (recorder?.problem !== undefined) report.say(recorder.problem)
  }
}

/** Params as they may be written down. */
function told(
  params: Readonly<Record<string, unknown>> = {},
  secrets: ReadonlySet<string>,
): Readonly<Record<string, unknown>> {
  return masked(JSON.parse(JSON.stringify(params)) as Record<string, unknown>, secrets)
}

/** The exit code that such a run ends with. */
export function exitCodeOfRun(verb: RunOptions['verb'], { declined, hosts }: RunOutcome): number {
  if (declined) return declinedExitCode
  return exitCodeOf(
    verb,
    Object.values(hosts).map(host => host.status),
  )
}
