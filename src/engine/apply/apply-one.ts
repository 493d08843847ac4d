/** Applies what was planned for one host of a run. */
import { type ErrorData, errorDataOf, OpsError } from '../../base/errors.ts'
import type { HostSummary } from '../../run/events.ts'
import type { HostStatus } from '../../run/host-status.ts'
import { lockHolder } from '../../run/lock-holder.ts'
import type { Left, Surrounded } from '../around.ts'
import { withBalancersLeft } from '../around-outcomes.ts'
import { isAnswer } from '../asked.ts'
import { movedError } from '../host-errors.ts'
import { type HostRun, settle, settleError } from '../host-run.ts'
import { planHost } from '../plan/plan-host.ts'
import type { RunOptions } from '../run-request.ts'
import { applyHost } from './apply-host.ts'
import type { ApplyResult, StepOutcome } from './context.ts'
import { HostLock } from './host-lock.ts'
import { linkContext } from './link-context.ts'

/** Ends the host's run, with success or without. */
export async function applyOne(run: HostRun, options: RunOptions, around?: Surrounded): Promise<void> {
  const hasChanges = (run.planned ?? []).some(each => each.change)
  if (!around) return hasChanges ? applyChanges(run, options) : end(run, options)
  const who = lockHolder(options.purpose ?? 'apply')
  const lock = new HostLock(run.link, who, options)
  try {
    if (hasChanges) await applyChanges(run, options, { around, lock, who })
    else if (!(await around.isToBePutBack())) end(run, options)
    else {
      await lock.take()
      await refuseChanged(run, options)
      end(run, options, await around.after('well'))
    }
  } catch (error) {
    settleError(run, options.emit, error)
  } finally {
    await lock.letGo()
  }
}

interface Behind {
  readonly around: Surrounded
  readonly lock: HostLock
  readonly who: string
}

async function applyChanges(run: HostRun, options: RunOptions, behind?: Behind): Promise<void> {
  const { emit, interrupt } = options
  const host = run.host.target.name
  const planAgain = !options.confirm && !options.saved
  let isOver = false
  try {
    await behind?.around.before(async () => {
      if ((await behind.lock.take()) && planAgain) await plannedAfresh(run, options)
    })
    const planned = run.planned ?? []
    run.applying = true
    const context = await linkContext(run.link, planned, {
      emit,
      interrupt,
      purpose: options.purpose ?? 'apply',
      ...(options.record && {
        record: { ...options.record, ...(options.notWholeAt?.has(host) && { isNotWhole: true as const }) },
      }),
      waitForLock: options.waitForLock ?? false,
      planAgain,
      login: run.login,
    })
    const upload = async (payloads: Parameters<typeof context.upload>[0]) => {
      const startedAt = performance.now()
      await context.upload(payloads)
      if (payloads.length > 0) run.uploadedMs += performance.now() - startedAt
    }
    const result = await applyHost({ ...context, upload, ...(behind && { who: behind.who }) })
    isOver = true
    // A step that dropped the connection dropped the lock as well.
    const lost =
      result.status === 'ok' ? await behind?.lock.take().then(() => undefined, errorDataOf) : undefined
    const left = (await behind?.around.after(lost ? 'failed' : howOf(result))) ?? asTheyWere
    const errors = [...told(lost), ...told(left.error)]
    for (const error of [...result.errors, ...errors]) emit({ event: 'error', host, error })
    const outcomes = withBalancersLeft(run, result.outcomes, left, emit)
    const status = errors.length > 0 && result.status === 'ok' ? 'failed' : result.status
    settle(run, emit, summaryOf(outcomes, status))
  } catch (error) {
    const how = run.applying ? 'failed' : 'untouched'
    const left = isOver ? asTheyWere : await behind?.around.after(how)
    for (const each of told(left?.error)) emit({ event: 'error', host, error: each })
    settleError(run, emit, error)
  }
}

const asTheyWere: Left = { changed: [], failed: [] }

const told = (error: ErrorData | undefined): readonly ErrorData[] => (error ? [error] : [])

function howOf({ status, outcomes, errors }: ApplyResult): 'well' | 'failed' | 'untouched' {
  if (status === 'ok') return 'well'
  const isUntouched =
    outcomes.every(each => each === 'ok' || each === 'skipped') && errors.every(each => each.changed === 'no')
  return isUntouched ? 'untouched' : 'failed'
}

/** Nothing to change, or nothing but a balancer. */
function end(run: HostRun, { emit }: RunOptions, left: Left = asTheyWere): void {
  for (const error of told(left.error)) emit({ event: 'error', host: run.host.target.name, error })
  const held = (run.planned ?? []).map((): StepOutcome => 'ok')
  const outcomes = withBalancersLeft(run, held, left, emit)
  settle(run, emit, summaryOf(outcomes, left.error ? 'failed' : 'ok'))
}

function summaryOf(outcomes: readonly StepOutcome[], status: HostStatus): HostSummary {
  const count = (outcome: StepOutcome) => outcomes.filter(each => each === outcome).length
  return {
    ok: count('ok'),
    changed: count('changed'),
    failed: count('failed'),
    skipped: count('skipped'),
    ...(count('reverted') > 0 && { reverted: count('reverted') }),
    status,
  }
}

/** Under its lock nobody changes it any more: what holds now is what the balancer gets. */
async function refuseChanged(run: HostRun, options: RunOptions): Promise<void> {
  const planned = await plannedAfresh(run, options)
  const wrong = planned.find(each => each.error)?.error
  if (wrong) throw new OpsError(wrong)
  const at = planned.findIndex(each => each.change)
  if (at >= 0) throw new OpsError(movedError(run.host.target.name, planned, at, false))
}

async function plannedAfresh(run: HostRun, options: RunOptions): Promise<NonNullable<HostRun['planned']>> {
  const { planned } = await planHost(await run.link.open(), run.host.evaluate, {
    key: run.link.key,
    loginUser: () => run.link.loginUser(),
    wantsDetail: false,
    emit: options.emit,
  })
  run.planned = planned.filter(each => !isAnswer(each))
  return run.planned
}
