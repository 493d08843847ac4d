/** From an open session to a plan: facts where the recipe needs them, steps, one look. */
import { errorDataOf, OpsError } from '../../base/errors.ts'
import type { Facts } from '../../run/facts.ts'
import { cachedFacts, cacheFacts } from '../../run/facts-cache.ts'
import { factsProbe, parseFacts } from '../../run/facts-probe.ts'
import type { Session } from '../../run/session.ts'
import type { AccessContext } from '../access/dangers.ts'
import type { Asked, Told } from '../asked.ts'
import { type LookResult, look, type Question } from '../look/look.ts'
import { maskerOf } from '../mask.ts'
import type { Step } from '../step.ts'
import { type GuardedLookOptions, guardedLook } from './guarded-look.ts'
import { makePlan } from './make-plan.ts'
import type { PlannedStep } from './planned-step.ts'

/** What evaluating a recipe gives; `needsFacts` when it touched facts that were not given. */
export type Evaluated =
  /**
   * `after`: hosts of the run that are done before this one begins. `awaits`: hosts of the run whose own steps decide over these:
   * once those are known, it is to be evaluated again.
   */
  | {
      readonly steps: readonly Step[]
      readonly after?: readonly string[]
      readonly awaits?: readonly string[]
      readonly asks?: readonly Asked[]
    }
  /** Other hosts have to be asked first. */
  | { readonly needs: readonly Asked[] }
  | { readonly needsFacts: true }

/**
 * Evaluates a recipe for one host. Throws InputErrors with everything that is wrong. `isTrial`: with things that stand in for
 * what is not known, so that nothing may be concluded from the steps.
 */
export type Evaluate = (facts?: Facts, told?: Told, isTrial?: boolean) => Evaluated | Promise<Evaluated>

const factsQuestion: Question = { id: 'facts', text: factsProbe }
const machineQuestion: Question = {
  id: 'machine',
  text: 'read -r ops_id </etc/machine-id && echo "$ops_id"; :',
}

/** Reads the facts in a trip of their own. */
async function readFacts(session: Session, key: string): Promise<Facts> {
  const { extra: answer } = await look(session, [], { wantsDetail: false, extra: factsQuestion })
  if (answer?.code !== 0) throw factsFailed(session.host)
  const text = answer.bytes.toString('utf8')
  await cacheFacts(key, text)
  return parsed(session.host, text)
}

export interface HostPlanned {
  readonly planned: PlannedStep[]
  /** Of /etc/machine-id; empty where the host has none. */
  readonly machineId: string
  /** Who logs in, what that stands on, and whether the host can give access back by itself. */
  readonly login: AccessContext | undefined
}

interface HostPlanOptions extends Omit<GuardedLookOptions, 'extra'> {
  /** From this position on the steps are planned by themselves: they are not done after those before it. */
  readonly apartFrom?: number
}

/**
 * Plans one host: 1 trip where the recipe needs no facts or where cached ones prove unchanged, else 2.
 * @throws OpsError `lost` with nothing changed; InputErrors from the recipe.
 */
export async function planHost(
  session: Session,
  evaluate: Evaluate,
  { apartFrom = 0, ...options }: HostPlanOptions,
): Promise<HostPlanned> {
  const { key, emit } = options
  const plan = async (steps: readonly Step[], asked: Question) => {
    const { seen, login, missing, places } = await guardedLook(session, steps, { ...options, extra: asked })
    const masked = maskerOf(steps)
    const partAt = (at: number, end?: number) =>
      makePlan(session.host, steps.slice(at, end), seenFrom(seen, at), login, missing, places, masked)
    const planned = [...partAt(0, apartFrom), ...partAt(apartFrom)]
    return { planned, login, answer: seen.extra?.bytes.toString('utf8') ?? '' }
  }
  const first = await evaluate()
  if ('steps' in first) {
    const { answer, ...rest } = await plan(first.steps, machineQuestion)
    return { ...rest, machineId: answer.trim() }
  }
  const remembered = await cachedFacts(key)
  let fresh: string | undefined
  const steps = remembered === undefined ? undefined : await stepsWith(evaluate, remembered)
  if (remembered !== undefined && steps) {
    const { answer, ...rest } = await plan(steps, factsQuestion)
    if (answer === remembered) return { ...rest, machineId: parseFacts(answer).machineId }
    fresh = answer
  }
  if (fresh !== undefined) await cacheFacts(key, fresh)
  const facts = fresh === undefined ? await readFacts(session, key) : parsed(session.host, fresh)
  emit({ event: 'facts', host: session.host, facts })
  const evaluated = await evaluate(facts)
  if (!('steps' in evaluated)) throw new Error('a recipe asked for facts that it had been given')
  const { planned, login } = await plan(evaluated.steps, machineQuestion)
  return { planned, login, machineId: facts.machineId }
}

/** What was seen of the steps from a position on. */
function seenFrom({ observations, details, complaints }: LookResult, at: number): LookResult {
  return {
    observations: observations.slice(at),
    details: details.slice(at),
    complaints: complaints.slice(at),
  }
}

/** Steps from remembered facts; undefined where those facts lead nowhere: then fresh ones decide. */
async function stepsWith(evaluate: Evaluate, text: string): Promise<readonly Step[] | undefined> {
  try {
    const evaluated = await evaluate(parseFacts(text))
    return 'steps' in evaluated ? evaluated.steps : undefined
  } catch (thrown) {
    if (errorDataOf(thrown).code === 'interrupted') throw thrown
    return undefined
  }
}

function parsed(host: string, text: string): Facts {
  try {
    return parseFacts(text)
  } catch (error) {
    throw factsFailed(host, errorDataOf(error).title)
  }
}

function factsFailed(host: string, detail?: string): OpsError {
  return new OpsError({
    code: 'failed',
    title: `the facts of ${host} could not be read`,
    ...(detail && { detail }),
    host,
    changed: 'no',
    next: 'ops needs /proc, uname and /etc/os-release to be readable on the host.',
  })
}
