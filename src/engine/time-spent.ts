/** Where the time of a host's run goes: told once the host is done. */
import type { HostRun } from './host-run.ts'
import type { RunOptions } from './run-request.ts'

/** Adds what the work took, and tells where it went once the host is done. */
export async function timed(
  run: HostRun,
  { emit, verb }: Pick<RunOptions, 'emit' | 'verb'>,
  work: () => Promise<void>,
): Promise<void> {
  const startedAt = performance.now()
  await work()
  run.tookMs += performance.now() - startedAt
  if (!run.summary || verb !== 'apply' || run.link.trips === 0) return
  const { trips, ...host } = run.link.spent
  const link = trips - host.look - host.act - host.sync - host.proof + run.uploadedMs
  const plan = run.tookMs - trips - run.uploadedMs
  const all = { link, look: host.look, plan, act: host.act, sync: host.sync, proof: host.proof }
  const milliseconds = Object.fromEntries(
    Object.entries(all).map(([what, each]) => [what, Math.max(0, Math.round(each))]),
  )
  emit({ event: 'spent', host: run.host.target.name, milliseconds: milliseconds as typeof all })
}
