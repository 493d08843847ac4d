/** The plan of a host, with what other hosts may change of it. */
import type { Beside } from '../../run/plan.ts'
import type { Around, Missing, Seen } from '../around.ts'
import type { Step } from '../step.ts'
import type { PlannedStep } from './planned-step.ts'

/**
 * The plan, telling what may change because of other hosts. That is every step where a value may change: which of them a recipe
 * makes otherwise then, or leaves out, cannot be told before. `differs` are those that are surely others with other values.
 */
export function withOthers(
  planned: readonly PlannedStep[],
  hosts: readonly string[] = [],
  differs: ReadonlySet<number> = new Set(),
): readonly PlannedStep[] {
  if (hosts.length === 0) return planned
  return planned.map((each, at) => {
    const { plan } = each
    const status = plan.status === 'change' && !differs.has(at) ? 'change' : 'may-change'
    return { ...each, plan: { ...plan, status, because: [...plan.because, ...hosts] } }
  })
}

/** The plan, telling that a balancer is to have the host back. */
export function withLeftOut(
  planned: readonly PlannedStep[],
  missing: readonly Missing[],
): readonly PlannedStep[] {
  return planned.map(each => {
    const around = each.step.resource.around?.(each.step.params)
    const found = around && missing.find(({ on }) => on === around.on)
    if (!found) return each
    const changes = [{ key: found.on, from: found.is, to: 'in' }]
    return { ...each, plan: { ...each.plan, status: 'change', changes } }
  })
}

/**
 * The plan of a host that has anything to change, telling what is done on its balancers meanwhile: that is in no plan of theirs. Where
 * a balancer was not looked at, its steps are named, and the host may be put in that was not. `staysOut`: what it is out of now, and is not put back into.
 */
export function withBalancers(
  planned: readonly PlannedStep[],
  host: string,
  seen: readonly Seen<PlannedStep>[] = [],
  staysOut: readonly Missing[] = [],
): readonly PlannedStep[] {
  if (planned.every(({ plan }) => plan.status === 'ok')) return planned
  // One that is only to be put back is not taken out before.
  const goes = planned.some(({ plan, step }) => plan.status !== 'ok' && !step.resource.around)
  return planned.map(each => {
    const around = each.step.resource.around?.(each.step.params) as Around<Step> | undefined
    if (!around || staysOut.some(({ on }) => on === around.on)) return each
    const { on } = around
    const found = seen.find(balancer => balancer.on === on)
    if (found) return withLooked(each, host, around, found, goes)
    const note = `${on} is changed as well: ${namesOf(around.out)} to take ${host} out of it, ${namesOf(around.in)} to have it in once its steps hold. What files held there is in \`ops kept ${on}\``
    return { ...each, plan: { ...each.plan, status: 'may-change', notes: [...each.plan.notes, note] } }
  })
}

const namesOf = (steps: readonly Step[]): string => steps.map(({ name }) => name).join(', ')

/** `out` and `back` as they are planned on the balancer now: after `out` has changed it, `back` brings what was there before. */
function withLooked(
  each: PlannedStep,
  host: string,
  around: Around<Step>,
  { on, out, back }: Seen<PlannedStep>,
  goes: boolean,
): PlannedStep {
  const isIn = back.every(step => !step.change && !step.error)
  const wrong = out.find(step => step.error)?.error
  if (wrong && isIn && goes) {
    const title = `${each.step.name}: ${host} cannot be taken out of ${on}: ${wrong.title}`
    return { ...each, error: { ...wrong, title, host, step: each.step.name, changed: 'no' } }
  }
  const changing = (steps: readonly PlannedStep[]) =>
    steps.map(({ plan }) => plan).filter(({ status }) => status !== 'ok')
  // With an error it has never been in there: nothing takes it out.
  const isOut = out.every(step => !step.change && !step.error)
  const away = wrong || isOut || !goes ? [] : changing(out)
  const beside: Beside[] = []
  if (away.length > 0) beside.push({ host: on, what: `to take ${host} out of it`, steps: away })
  if (!isIn)
    beside.push({ host: on, what: `to have ${host} in it once its steps hold`, steps: changing(back) })
  const note = isIn
    ? `once its steps hold, ${on} is as it is now again: ${namesOf(around.in)}; what files held there meanwhile is in \`ops kept ${on}\``
    : `what files hold on ${on} until then is in \`ops kept ${on}\``
  return { ...each, plan: { ...each.plan, beside, notes: [...each.plan.notes, note] } }
}
