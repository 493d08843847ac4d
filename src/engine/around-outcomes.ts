/** What became of the steps of a host that change others, which no batch of its own tells of. */
import type { Emit } from '../run/events.ts'
import type { Left } from './around.ts'
import type { HostRun } from './host-run.ts'

/** The outcomes of all its steps, with those of the balancers among them; these are told. */
export function withBalancersLeft<Outcome>(
  run: HostRun,
  outcomes: readonly Outcome[],
  { changed, failed }: Left,
  emit: Emit,
): readonly (Outcome | 'changed' | 'failed')[] {
  return outcomes.map((outcome, at) => {
    const step = run.planned?.[at]?.step
    const on = step?.resource.around?.(step.params).on
    if (!step || on === undefined || !(changed.includes(on) || failed.includes(on))) return outcome
    const status = failed.includes(on) ? 'failed' : 'changed'
    emit({ event: 'step', host: run.host.target.name, step: step.name, status, on })
    return status
  })
}

/** Of a host whose own run is over: another one had to wait for it to be back. */
export function countPutBack(run: HostRun, on: string, emit: Emit): void {
  const { planned = [], summary } = run
  withBalancersLeft(
    run,
    planned.map(() => 'ok'),
    { changed: [on], failed: [] },
    emit,
  )
  if (summary && summary.ok > 0)
    run.summary = { ...summary, ok: summary.ok - 1, changed: summary.changed + 1 }
}
