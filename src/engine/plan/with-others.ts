/** The plan of a host, with what other hosts may change of it. */
import type { Around, Missing } from '../around.ts'
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

/** The plan of a host that has anything to change, telling what is done on its balancers meanwhile: that is in no plan of theirs. */
export function withBalancers(planned: readonly PlannedStep[], host: string): readonly PlannedStep[] {
  if (planned.every(({ plan }) => plan.status === 'ok')) return planned
  return planned.map(each => {
    const around = each.step.resource.around?.(each.step.params) as Around<Step> | undefined
    if (!around) return each
    const { on } = around
    const by = (steps: readonly Step[]) => steps.map(({ name }) => name).join(', ')
    const note = `${on} is changed as well: ${by(around.out)} to take ${host} out of it, ${by(around.in)} to have it in once its steps hold. What files held there is in \`ops kept ${on}\``
    return { ...each, plan: { ...each.plan, notes: [...each.plan.notes, note] } }
  })
}
