/** The plan of a host, with what other hosts may change of it. */
import type { Missing } from '../around.ts'
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
