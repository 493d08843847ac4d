/** Goes on after a step that dropped the connection: logs in anew, and looks what became of it. */

import type { BatchReport } from '../batch/report.ts'
import { look } from '../look/look.ts'
import { dropsOf } from '../step.ts'
import type { ApplyResult } from './context.ts'
import { movedResult } from './last-look.ts'
import type { Progress } from './progress.ts'

/** The step, if any, after which this batch ended because it drops the connection. */
export function droppedBy(progress: Progress, report: BatchReport): number | undefined {
  const ran = [...report.proved.keys(), ...(report.running === undefined ? [] : [report.running])]
  return ran.find(index => dropsAt(progress, index))
}

/** A result when the run is over. Throws OpsError `lost` when the host does not come back. */
export async function comeBack(progress: Progress, dropped: number): Promise<ApplyResult | undefined> {
  progress.session = await progress.context.reconnect(dropsAt(progress, dropped) ?? 'connection')
  const steps = progress.planned.map(each => each.step)
  const fresh = progress.plan(await look(progress.session, steps, { wantsDetail: false }))
  progress.applied.add(dropped)
  progress.outcomes[dropped] = fresh[dropped]?.change ? 'failed' : 'changed'
  if (fresh[dropped]?.change) {
    const { host } = progress
    const step = progress.nameAt(dropped)
    const title = `${step} did not converge: the host came back, and the difference is still there`
    return progress.finish('failed', [{ code: 'not-converged', title, host, step, changed: 'yes' }])
  }
  const moved = progress.movedIn(fresh).filter(index => index > dropped)
  const foreign = moved.filter(index => !progress.isOurs(index, fresh))
  if (foreign.length > 0) return movedResult(progress, foreign)
  return progress.goOn(fresh, dropped + 1)
}

function dropsAt({ planned }: Progress, index: number): 'connection' | 'boot' | undefined {
  const each = planned[index]
  return each && dropsOf(each.step)
}
