/** A run over many hosts: plan each, ask once, apply each; one failing host never stops or hides the others. */
import { type ErrorData, errorDataOf, InputErrors } from '../base/errors.ts'
import type { Emit, HostStatus, HostSummary } from '../run/events.ts'
import { HostLink } from '../run/host-link.ts'
import { statusOf } from '../run/host-status.ts'
import type { Interrupt } from '../run/interrupt.ts'
import type { HostPlan } from '../run/plan.ts'
import { type RollOut, rollOut } from '../run/roll-out.ts'
import type { Become, ConnectTarget } from '../transport/transport.ts'
import type { AccessContext } from './access/dangers.ts'
import { applyHost } from './apply/apply-host.ts'
import { linkContext } from './apply/link-context.ts'
import { movedSince } from './plan/moved-since.ts'
import { type Evaluate, planHost } from './plan/plan-host.ts'
import { hostPlanOf, type PlannedStep } from './plan/planned-step.ts'
import type { SavedHost } from './saved-plan.ts'

export interface RunHost {
  readonly target: ConnectTarget
  readonly become?: Become
  readonly evaluate: Evaluate
}

export interface RunOptions {
  readonly verb: 'plan' | 'check' | 'apply'
  readonly hosts: readonly RunHost[]
  /** Hosts at once. */
  readonly limit: number
  /** In what pieces hosts are applied. */
  readonly rollOut?: RollOut
  readonly emit: Emit
  readonly interrupt: Interrupt
  /** Asked once with all plans before anything is applied; left out: apply without asking, each host at once. */
  readonly confirm?: (plans: readonly HostPlan[]) => Promise<boolean>
  /** A saved plan to hold the hosts against: one that moved since means that nothing is applied anywhere. */
  readonly saved?: readonly SavedHost[]
  readonly waitForLock?: boolean
  /** Fetch what plans show to people: diffs, what packages bring. Default true. */
  readonly wantsDetail?: boolean
  /** What the operator typed, for the holder of the lock. */
  readonly purpose?: string
}

export interface RunOutcome {
  readonly hosts: Readonly<Record<string, HostSummary>>
  readonly trips: Readonly<Record<string, number>>
  readonly plans: readonly HostPlan[]
  /** The plans with all they were made from, by host: what a saved plan is made of. */
  readonly planned: ReadonlyMap<
    string,
    { readonly machineId: string; readonly planned: readonly PlannedStep[] }
  >
  /** The operator was asked and said no. */
  readonly declined: boolean
}

/** What a host's run stands at. */
interface HostRun {
  readonly host: RunHost
  readonly link: HostLink
  planned?: readonly PlannedStep[]
  machineId?: string
  login?: AccessContext
  summary?: HostSummary
  /** What planning and applying took here, in milliseconds, trips included. */
  tookMs: number
  /** Of that, uploads. */
  uploadedMs: number
  /** Set before the first thing is sent that may change the host. */
  applying?: true
}

/**
 * Runs a recipe over hosts. Never rejects for what happens on hosts: that is in the outcome and in the events.
 * @throws InputErrors when recipes turn out wrong with the hosts' facts; nothing was changed then.
 */
export async function runHosts(options: RunOptions): Promise<RunOutcome> {
  const { hosts, limit, emit, interrupt, rollOut: pieces = {} } = options
  const runs: HostRun[] = hosts.map(host => ({
    host,
    link: new HostLink(host.target, host.become, emit),
    tookMs: 0,
    uploadedMs: 0,
  }))
  const apply = options.verb === 'apply'
  const straightOn = apply && !options.confirm && !options.saved
  let declined = false
  const inputProblems: ErrorData[] = []
  // A host that is only looked at is let go at once; one that applies is told by its batch.
  const stopListening = interrupt.listen(level => {
    if (level === 'hard') for (const run of runs) if (!run.applying) void run.link.close()
  })
  try {
    await rollOut(runs, limit, straightOn ? pieces : {}, {
      run: async run => {
        await timed(run, options, () => planOne(run, options, inputProblems))
        if (straightOn && !run.summary && inputProblems.length === 0)
          await timed(run, options, () => applyOne(run, options))
        if (run.summary) await run.link.close()
        return isWell(run)
      },
      leave: run => settle(run, emit, untouched([], 'not-begun')),
    })
    if (inputProblems.length > 0 && !runs.some(run => run.applying)) throw new InputErrors(inputProblems)
    // Too late to refuse everything: what was applied stays told, and so is what could not be planned.
    for (const error of inputProblems) emit({ event: 'error', error: { ...error, code: 'failed' } })
    if (apply && !straightOn) {
      const waiting = runs.filter(run => !run.summary)
      const plans = waiting.flatMap(run =>
        run.planned ? [hostPlanOf(run.host.target.name, run.planned)] : [],
      )
      const anything = waiting.some(run => run.planned?.some(each => each.change))
      // Of a saved plan, all or nothing: one host that cannot be applied as planned holds the others back.
      const held = options.saved !== undefined && waiting.length < runs.length
      if (!held && anything && interrupt.level === 'none' && options.confirm)
        declined = !(await options.confirm(plans))
      await rollOut(waiting, limit, pieces, {
        run: async run => {
          if (declined || held || interrupt.level !== 'none')
            settle(run, emit, untouched(run.planned ?? [], declined || held ? 'drift' : 'interrupted'))
          else await timed(run, options, () => applyOne(run, options))
          await run.link.close()
          return isWell(run)
        },
        leave: async run => {
          settle(run, emit, untouched(run.planned ?? [], 'not-begun'))
          await run.link.close()
        },
      })
    }
  } finally {
    stopListening()
    await Promise.all(runs.map(run => run.link.close()))
  }
  const summaries = Object.fromEntries(
    runs.map(run => [run.host.target.name, run.summary ?? untouched([], 'failed')]),
  )
  const trips = Object.fromEntries(runs.map(run => [run.host.target.name, run.link.trips]))
  emit({ event: 'summary', hosts: summaries, trips })
  return {
    hosts: summaries,
    trips,
    plans: runs.flatMap(run => (run.planned ? [hostPlanOf(run.host.target.name, run.planned)] : [])),
    planned: new Map(
      runs.flatMap(({ host, planned, machineId = '' }) =>
        planned ? [[host.target.name, { machineId, planned }]] : [],
      ),
    ),
    declined,
  }
}

/** Adds what the work took, and tells where it went once the host is done. */
async function timed(run: HostRun, { emit, verb }: RunOptions, work: () => Promise<void>): Promise<void> {
  const startedAt = performance.now()
  await work()
  run.tookMs += performance.now() - startedAt
  if (!run.summary || verb !== 'apply' || run.link.trips === 0) return
  const { trips, ...host } = run.link.spent
  const link = trips - host.look - host.act - host.sync - host.proof + run.uploadedMs
  const plan = run.tookMs - trips - run.uploadedMs
  const all = { link, look: host.look, plan, act: host.act, sync: host.sync, proof: host.proof }
  const milliseconds = Object.fromEntries(
    Object.entries(all).map(([what, each]) => [what, Math.max(0, Math.round(each))]),
  )
  emit({ event: 'spent', host: run.host.target.name, milliseconds: milliseconds as typeof all })
}

/** Connects and plans; leaves `summary` unset when there is something to apply (or to confirm as nothing). */
async function planOne(run: HostRun, options: RunOptions, inputProblems: ErrorData[]): Promise<void> {
  const { emit, interrupt, verb } = options
  const host = run.host.target.name
  if (interrupt.level !== 'none') return settle(run, emit, untouched([], 'interrupted'))
  try {
    const session = await run.link.open()
    const { planned, machineId, login } = await planHost(session, run.host.evaluate, {
      key: run.link.key,
      loginUser: () => run.link.loginUser(),
      wantsDetail: options.wantsDetail ?? true,
      emit,
    })
    run.planned = planned
    run.machineId = machineId
    if (login) run.login = login
    const plan = hostPlanOf(host, planned)
    emit({ event: 'plan', ...plan })
    const changes = planned.filter(each => each.change).length
    const errors = plan.errors
    const saved = options.saved?.find(each => each.name === host)
    const moved = saved ? movedSince(host, saved, planned, machineId) : []
    const maybe = planned.filter(each => each.plan.status === 'may-change').length
    if (moved.length > 0) {
      for (const error of moved) emit({ event: 'error', host, error })
      settle(run, emit, untouched(planned, 'moved'))
    } else if (errors.length > 0) {
      // What a check is for is told with its plan: an error would say the same once more.
      for (const error of errors) {
        if (verb !== 'check' || !hasFindings(plan, error)) emit({ event: 'error', host, error })
      }
      const drift = verb === 'check' && errors.every(error => isAssertion(planned, error))
      const failed = errors.length
      const ok = planned.length - changes
      settle(
        run,
        emit,
        drift
          ? { ok, changed: changes - failed, failed, skipped: 0, status: 'drift' }
          : { ...untouched(planned, 'failed'), failed, skipped: planned.length - failed },
      )
    } else if (verb !== 'apply') {
      settle(run, emit, {
        ok: planned.length - changes - maybe,
        ...(maybe > 0 && { maybe }),
        changed: changes,
        failed: 0,
        skipped: 0,
        status: changes > 0 ? 'drift' : 'ok',
      })
    }
  } catch (error) {
    if (error instanceof InputErrors) inputProblems.push(...error.errors)
    // Ctrl-C while a recipe was computing its steps: it was meant for the whole run.
    if (errorDataOf(error).code === 'interrupted') interrupt.raise()
    if (options.interrupt.level === 'hard') return settle(run, emit, untouched([], 'interrupted'))
    settleError(run, emit, error)
  }
}

async function applyOne(run: HostRun, options: RunOptions): Promise<void> {
  const { emit, interrupt } = options
  const planned = run.planned ?? []
  const host = run.host.target.name
  if (!planned.some(each => each.change)) {
    return settle(run, emit, { ok: planned.length, changed: 0, failed: 0, skipped: 0, status: 'ok' })
  }
  run.applying = true
  try {
    const context = await linkContext(run.link, planned, {
      emit,
      interrupt,
      purpose: options.purpose ?? 'apply',
      waitForLock: options.waitForLock ?? false,
      planAgain: !options.confirm && !options.saved,
      login: run.login,
    })
    const upload = async (payloads: Parameters<typeof context.upload>[0]) => {
      const startedAt = performance.now()
      await context.upload(payloads)
      if (payloads.length > 0) run.uploadedMs += performance.now() - startedAt
    }
    const result = await applyHost({ ...context, upload })
    for (const error of result.errors) emit({ event: 'error', host, error })
    const count = (outcome: string) => result.outcomes.filter(each => each === outcome).length
    settle(run, emit, {
      ok: count('ok'),
      changed: count('changed'),
      failed: count('failed'),
      skipped: count('skipped'),
      ...(count('reverted') > 0 && { reverted: count('reverted') }),
      status: result.status,
    })
  } catch (error) {
    settleError(run, emit, error)
  }
}

function isWell({ summary }: HostRun): boolean {
  return summary === undefined || summary.status === 'ok' || summary.status === 'drift'
}

function settle(run: HostRun, emit: Emit, summary: HostSummary): void {
  run.summary = summary
  emit({ event: 'host', host: run.host.target.name, summary, trips: run.link.trips })
}

function settleError(run: HostRun, emit: Emit, thrown: unknown): void {
  const host = run.host.target.name
  const error = errorDataOf(thrown)
  if (!(thrown instanceof InputErrors)) emit({ event: 'error', host, error: { host, ...error } })
  settle(run, emit, untouched(run.planned ?? [], statusOf(error.code)))
}

function untouched(planned: readonly PlannedStep[], status: HostStatus): HostSummary {
  return { ok: 0, changed: 0, failed: 0, skipped: planned.length, status }
}

function isAssertion(planned: readonly PlannedStep[], error: ErrorData): boolean {
  return planned.some(
    each => each.step.name === error.step && !each.step.resource.apply && each.change !== undefined,
  )
}

function hasFindings(plan: HostPlan, error: ErrorData): boolean {
  return plan.steps.some(each => each.name === error.step && each.findings !== undefined)
}
