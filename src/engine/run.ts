/** A run over many hosts: plan each, ask once, apply each; one failing host never stops or hides the others. */
import { type ErrorData, InputErrors, OpsError } from '../base/errors.ts'
import type { Facts } from '../run/facts.ts'
import { HostLink } from '../run/host-link.ts'
import { rollOut } from '../run/roll-out.ts'
import { Answers } from './across/answers.ts'
import { asksOf, stepsSoFar } from './across/asks-of.ts'
import { Balancers } from './across/balancers.ts'
import { movedWithOthers } from './across/moved-with-others.ts'
import { NotBegun } from './across/not-begun.ts'
import { Turns } from './across/turns.ts'
import { applyOne } from './apply/apply-one.ts'
import { needsOrder } from './asked.ts'
import { type HostRun, settle, settleError, untouched } from './host-run.ts'
import type { Evaluate, Evaluated } from './plan/plan-host.ts'
import { planOne } from './plan/plan-one.ts'
import { hostPlanOf } from './plan/planned-step.ts'
import type { RunOptions, RunOutcome } from './run-request.ts'
import { timed } from './time-spent.ts'

/**
 * Runs a recipe over hosts. Never rejects for what happens on hosts: that is in the outcome and in the events.
 * @throws InputErrors when recipes turn out wrong with the hosts' facts; nothing was changed then.
 */
export async function runHosts(options: RunOptions): Promise<RunOutcome> {
  const { hosts, limit, emit, interrupt, rollOut: pieces = {} } = options
  const apply = options.verb === 'apply'
  const straightOn = apply && !options.confirm && !options.saved
  const runs: HostRun[] = hosts.map(host => {
    const run: HostRun = {
      host,
      link: new HostLink(host.target, host.become, emit),
      tookMs: 0,
      uploadedMs: 0,
    }
    run.host = { ...host, evaluate: facts => evaluated(run, host.evaluate, facts) }
    return run
  })
  /** What comes after other hosts is looked at once they are done, unless nothing is applied or all was looked at before. */
  const evaluated = async (
    run: HostRun,
    ...[evaluate, facts]: readonly [Evaluate, Facts?]
  ): Promise<Evaluated> => {
    const current = applyTurns ?? turns
    const known = new Set<string>()
    for (;;) {
      const given = await answers.evaluated(run, evaluate, facts, current, !straightOn && !applyTurns)
      if (!('steps' in given)) return given
      balancers.refuseUnknown(given.steps)
      const { name } = run.host.target
      const asked = (given.asks ?? []).flatMap(each => (needsOrder(each, name) ? [each.host] : []))
      run.after = [...new Set([...(given.after ?? []), ...asked])]
      const awaits = applyTurns ? [] : (given.awaits ?? []).filter(name => !known.has(name))
      await turns.after(run, straightOn ? [...awaits, ...run.after] : awaits)
      if (awaits.length === 0) return { ...given, steps: answers.withQuestions(run, given.steps) }
      for (const name of awaits) known.add(name)
    }
  }
  const answers = new Answers(runs, options)
  /** Those of the applying, where all was planned before. */
  let applyTurns: Turns | undefined
  const balancers = new Balancers(runs, options)
  let declined = false
  const inputProblems: ErrorData[] = []
  const tellLate = (errors: readonly ErrorData[]): void => {
    for (const error of errors) emit({ event: 'error', error: { ...error, code: 'failed' } })
  }
  /** Waits before there is a connection that would only be held open meanwhile. */
  const isReady = async (run: HostRun): Promise<boolean> => {
    try {
      await run.host.evaluate()
    } catch (thrown) {
      // Whatever else is wrong is told where it is planned.
      if (thrown instanceof NotBegun) settleError(run, emit, thrown)
    }
    return run.summary === undefined
  }
  const turns = new Turns(runs, emit, async run => {
    if (!straightOn || (await isReady(run)))
      await timed(run, options, () => planOne(run, options, inputProblems, each => balancers.looked(each)))
    if (straightOn && !run.summary && inputProblems.length === 0)
      await timed(run, options, () => applyOne(run, options, balancers.around(run, turns)))
    if (run.summary) await run.link.close()
  })
  // A host that is only looked at is let go at once; one that applies is told by its batch.
  const stopListening = interrupt.listen(level => {
    if (level === 'hard') for (const run of runs) if (!run.applying) void run.link.close()
  })
  try {
    for (const [at, run] of runs.entries()) {
      const first = await evaluatedBefore(hosts[at]?.evaluate)
      if (!first || !hosts[at]) continue
      const { evaluate } = hosts[at]
      run.steps = (await stepsSoFar(first, evaluate)) ?? []
      const asked = 'needs' in first ? await asksOf(evaluate) : []
      if (asked.length > 0) answers.note(asked)
      run.after =
        'steps' in first
          ? (first.after ?? [])
          : asked.flatMap(each => (needsOrder(each, run.host.target.name) ? [each.host] : []))
    }
    await rollOut(runs, limit, straightOn ? pieces : {}, {
      run: run => turns.take(run),
      leave: run => turns.leave(run, () => settle(run, emit, untouched([], 'not-begun'))),
    })
    if (inputProblems.length > 0 && !runs.some(run => run.applying)) throw new InputErrors(inputProblems)
    // Too late to refuse everything: what was applied stays told, and so is what could not be planned.
    tellLate(inputProblems)
    if (apply && !straightOn) {
      const before = inputProblems.length
      declined = await applyConfirmed(runs, options, balancers, {
        begin: turnsNow => {
          applyTurns = turnsNow
          answers.forget()
        },
        hasNews: run => answers.hasNews(run),
        plan: async run => {
          const problems: ErrorData[] = []
          await planOne(run, options, problems)
          const { name } = run.host.target
          inputProblems.push(...problems.map(each => ({ host: name, ...each })))
        },
      })
      tellLate(inputProblems.slice(before))
    }
  } finally {
    stopListening()
    await Promise.all(runs.map(run => run.link.close()))
  }
  return told(runs, options, declined)
}

/** Asks once for all hosts that have something to apply, and applies it. Answers whether that was declined. */
async function applyConfirmed(
  runs: readonly HostRun[],
  options: RunOptions,
  balancers: Balancers,
  again: Again & { begin(turns: Turns): void },
): Promise<boolean> {
  const { limit, emit, interrupt, rollOut: pieces = {} } = options
  const waiting = runs.filter(run => !run.summary)
  const anything = waiting.some(run => run.planned?.some(each => each.change) || run.leftOut?.length)
  // Of a saved plan, all or nothing: one host that cannot be applied as planned holds the others back.
  const held = options.saved !== undefined && waiting.length < runs.length
  const asks = !held && anything && interrupt.level === 'none' && options.confirm
  const declined = asks ? !(await asks(plansOf(waiting))) : false
  const isOff = () => declined || held || interrupt.level !== 'none'
  const turns = new Turns(runs, emit, async run => {
    if (isOff()) settle(run, emit, untouched(run.planned ?? [], declined || held ? 'drift' : 'interrupted'))
    else if ((await turns.isReady(run)) && (await isStill(run, options, again)))
      await timed(run, options, () => applyOne(run, options, balancers.around(run, turns)))
    await run.link.close()
  })
  again.begin(turns)
  await rollOut(waiting, limit, pieces, {
    run: run => turns.take(run),
    leave: run =>
      turns.leave(run, async () => {
        settle(run, emit, untouched(run.planned ?? [], 'not-begun'))
        await run.link.close()
      }),
  })
  return declined
}

const plansOf = (runs: readonly HostRun[]) =>
  runs.flatMap(({ host, planned }) => (planned ? [hostPlanOf(host.target.name, planned)] : []))

/** Tells what the whole run came to. */
function told(runs: readonly HostRun[], { emit }: RunOptions, declined: boolean): RunOutcome {
  const hosts = Object.fromEntries(
    runs.map(run => [run.host.target.name, run.summary ?? untouched([], 'failed')]),
  )
  const trips = Object.fromEntries(runs.map(run => [run.host.target.name, run.link.trips]))
  emit({ event: 'summary', hosts, trips })
  const planned = runs.flatMap(({ host, planned, machineId = '', after = [], hangsOn = [] }) =>
    planned ? [[host.target.name, { machineId, planned, after, hangsOn }] as const] : [],
  )
  return { hosts, trips, plans: plansOf(runs), planned: new Map(planned), declined }
}

/** What a host's steps are before it is asked anything; what is wrong with them is told where it is planned. */
async function evaluatedBefore(evaluate: Evaluate | undefined): Promise<Evaluated | undefined> {
  try {
    return await evaluate?.()
  } catch {
    return undefined
  }
}

interface Again {
  hasNews(run: HostRun): boolean
  plan(run: HostRun): Promise<void>
}

/** What reads from hosts that have changed since is planned again; a step that is the same then has to look as it was confirmed. */
async function isStill(run: HostRun, { emit }: RunOptions, again: Again): Promise<boolean> {
  if (!again.hasNews(run)) return true
  const { hangsOn = [], planned: before = [] } = run
  await again.plan(run)
  if (run.summary) return false
  const error = movedWithOthers(run.host.target.name, before, run.planned ?? [], hangsOn.length > 0)
  if (error) settleError(run, emit, new OpsError(error))
  return error === undefined
}
