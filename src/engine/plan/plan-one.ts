/** Connects to one host of a run and plans it; what it has no more to do, or cannot, ends there. */
import { type ErrorData, errorDataOf, InputErrors } from '../../base/errors.ts'
import type { HostSummary } from '../../run/events.ts'
import type { HostPlan, PlanStatus } from '../../run/plan.ts'
import type { Session } from '../../run/session.ts'
import { type Looked, missingWord } from '../around.ts'
import { isAnswer } from '../asked.ts'
import { type HostRun, settle, settleError, untouched } from '../host-run.ts'
import type { RunOptions } from '../run-request.ts'
import { movedSince } from './moved-since.ts'
import { planHost } from './plan-host.ts'
import { hostPlanOf, isDone, type PlannedStep } from './planned-step.ts'
import { withBalancers, withLeftOut, withOthers } from './with-others.ts'

/** Leaves `summary` unset when there is something to apply (or to confirm as nothing). */
export async function planOne(
  run: HostRun,
  options: RunOptions,
  inputProblems: ErrorData[],
  looked?: (run: HostRun) => Promise<Looked<PlannedStep>>,
): Promise<void> {
  const { emit, interrupt } = options
  if (interrupt.level !== 'none') return settle(run, emit, untouched([], 'interrupted'))
  try {
    const session = await run.link.open()
    const { planned, machineId, login } = await planHost(session, run.host.evaluate, {
      key: run.link.key,
      loginUser: () => run.link.loginUser(),
      wantsDetail: options.wantsDetail ?? true,
      emit,
    })
    // What others ask is no step of its recipe: it is neither told nor applied.
    run.answers = planned.filter(isAnswer)
    const own = planned.filter(each => !isAnswer(each))
    run.planned = withOthers(own, run.hangsOn, run.differs)
    if (run.hangsOn && run.hangsOn.length > 0) {
      const host = run.host.target.name
      const text = `${host} reads what may change on ${run.hangsOn.join(', ')}: its steps are known once that is done`
      emit({ event: 'note', host, text })
    }
    run.machineId = machineId
    if (login) run.login = login
    // Where somebody looks at the plan before anything is done, and where nothing but a balancer may be left to do.
    const isRead = options.verb !== 'apply' || options.confirm !== undefined
    if (isRead || (!options.isPart && isDone(run.planned))) {
      const { missing, seen } = looked ? await looked(run) : { missing: [] }
      // Whoever asks for some steps alone is not told that the host would be as wanted once those hold.
      run.leftOut = options.isPart ? [] : missing
      run.planned = withLeftOut(run.planned, run.leftOut)
      const host = run.host.target.name
      for (const each of isRead ? missing : [])
        emit({ event: 'note', host, text: missingWord(host, each, options.isPart) })
      run.planned = withBalancers(run.planned, host, seen, options.isPart ? missing : [])
    } else run.planned = withBalancers(run.planned, run.host.target.name)
    await conclude(run, session, run.planned, machineId, options)
  } catch (error) {
    if (error instanceof InputErrors) inputProblems.push(...error.errors)
    // Ctrl-C while a recipe was computing its steps: it was meant for the whole run.
    if (errorDataOf(error).code === 'interrupted') interrupt.raise()
    if (options.interrupt.level === 'hard') return settle(run, emit, untouched([], 'interrupted'))
    settleError(run, emit, error)
  }
}

/** Tells the plan, and ends the host's run where nothing is to be applied after it. */
async function conclude(
  run: HostRun,
  session: Session,
  planned: readonly PlannedStep[],
  machineId: string,
  { emit, verb, saved, explainMoved }: RunOptions,
): Promise<void> {
  const host = run.host.target.name
  const plan = hostPlanOf(host, planned)
  emit({ event: 'plan', ...plan })
  const savedHost = saved?.find(each => each.name === host)
  const moved = savedHost ? movedSince(host, savedHost, planned, machineId) : []
  if (moved.length > 0) {
    const before = moved.some(each => each.step !== undefined)
      ? await explainMoved?.(session, moved)
      : undefined
    for (const error of before ? [before] : moved) emit({ event: 'error', host, error })
    settle(run, emit, untouched(planned, 'moved'))
  } else if (plan.errors.length > 0) {
    // What a check is for is told with its plan: an error would say the same once more.
    for (const error of plan.errors) {
      if (verb !== 'check' || !hasFindings(plan, error)) emit({ event: 'error', host, error })
    }
    settle(run, emit, withErrors(verb, planned, plan.errors))
  } else if (verb !== 'apply') settle(run, emit, looked(planned))
}

/** Of an apply nothing is begun then; whoever only looked has seen the other steps as they are. */
function withErrors(
  verb: RunOptions['verb'],
  planned: readonly PlannedStep[],
  errors: readonly ErrorData[],
): HostSummary {
  const counts = counted(planned)
  if (verb === 'apply')
    return { ...untouched(planned, 'failed'), failed: counts.failed, skipped: planned.length - counts.failed }
  const isDrift = verb === 'check' && errors.every(error => isAssertion(planned, error))
  return { ...counts, status: isDrift ? 'drift' : 'failed' }
}

function looked(planned: readonly PlannedStep[]): HostSummary {
  const counts = counted(planned)
  return { ...counts, status: counts.changed > 0 || planned.some(each => each.change) ? 'drift' : 'ok' }
}

/** Each step once, as the plan tells it. */
function counted(planned: readonly PlannedStep[]): Omit<HostSummary, 'status'> {
  const of = (status: PlanStatus): number =>
    planned.filter(each => !each.error && each.plan.status === status).length
  const maybe = of('may-change')
  return {
    ok: of('ok'),
    ...(maybe > 0 && { maybe }),
    changed: of('change'),
    failed: planned.filter(each => each.error).length,
    skipped: 0,
  }
}

function isAssertion(planned: readonly PlannedStep[], error: ErrorData): boolean {
  return planned.some(
    each => each.step.name === error.step && !each.step.resource.apply && each.change !== undefined,
  )
}

function hasFindings(plan: HostPlan, error: ErrorData): boolean {
  return plan.steps.some(each => each.name === error.step && each.findings !== undefined)
}
