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
