/** The one question of an apply. */

import { counted } from '../base/counted.ts'
import type { Report } from '../report/report.ts'
import type { HostPlan } from '../run/plan.ts'
import type { Prompts } from './prompts.ts'

/** Shows the plans and asks whether to go on. */
export function confirmPlans(
  report: Report,
  prompts: Prompts,
): (plans: readonly HostPlan[]) => Promise<boolean> {
  return plans => {
    report.showPlans(plans)
    const changing = plans.filter(plan => plan.steps.some(step => step.status === 'change'))
    const changes = changing.flatMap(plan => plan.steps.filter(step => step.status === 'change')).length
    return prompts.confirm(`Apply ${counted(changes, 'change')} to ${counted(changing.length, 'host')}?`)
  }
}
