/** The plan of a host, with what other hosts may change of it. */
import type { PlannedStep } from './planned-step.ts'

/** The plan, telling what may change because of other hosts. */
export function withOthers(
  planned: readonly PlannedStep[],
  becauseOf: ReadonlyMap<number, readonly string[]> = new Map(),
): readonly PlannedStep[] {
  return planned.map((each, at) => {
    const hosts = becauseOf.get(at)
    if (!hosts) return each
    const { plan } = each
    return { ...each, plan: { ...plan, status: 'may-change', because: [...plan.because, ...hosts] } }
  })
}

/** The plan, telling that a balancer is to have the host back. */
export function withLeftOut(
  planned: readonly PlannedStep[],
  balancers: readonly string[],
): readonly PlannedStep[] {
  return planned.map(each => {
    const around = each.step.resource.around?.(each.step.params)
    if (!around || !balancers.includes(around.on)) return each
    const changes = [{ key: around.on, from: 'out', to: 'in' }]
    return { ...each, plan: { ...each.plan, status: 'change', changes } }
  })
}
