/** Questions to hosts about what runs have left there, each over a connection of its own that changes nothing. */
import { errorDataOf } from '../../base/errors.ts'
import { opsVersion } from '../../base/version.ts'
import { eachLimited } from '../../run/each-limited.ts'
import type { HostSummary, RunEvent } from '../../run/events.ts'
import { HostLink } from '../../run/host-link.ts'
import { type HostStatus, statusOf } from '../../run/host-status.ts'
import type { Session } from '../../run/session.ts'
import { exitCodeOf } from '../exit-code.ts'
import type { ReportSession } from '../report-session.ts'
import type { ReachedHost } from '../run-steps.ts'

/** What is done over a connection, which ends with it; a second Ctrl-C cuts it. */
export async function overLink<Result>(
  { target, become }: ReachedHost,
  { report, interrupt }: ReportSession,
  work: (session: Session, link: HostLink) => Promise<Result>,
): Promise<{ readonly result: Result; readonly trips: number }> {
  const link = new HostLink(target, become, report.emit)
  const unlisten = interrupt.listen(level => level === 'hard' && void link.close())
  try {
    return { result: await work(await link.open(), link), trips: link.trips }
  } finally {
    unlisten()
    await link.close()
  }
}

/** Asks each host and tells what it says; one that cannot be asked is told, and decides the exit code. */
export async function askHosts(
  verb: string,
  hosts: readonly ReachedHost[],
  limit: number,
  session: ReportSession,
  ask: (session: Session, host: string) => Promise<RunEvent>,
): Promise<number> {
  const { emit } = session.report
  emit({ event: 'run', verb, hosts: hosts.map(each => each.target.name), version: opsVersion() })
  const summaries: Record<string, HostSummary> = {}
  const trips: Record<string, number> = {}
  await eachLimited(hosts, limit, async host => {
    const { name } = host.target
    let status: HostStatus = 'ok'
    try {
      const told = await overLink(host, session, open => ask(open, name))
      trips[name] = told.trips
      emit(told.result)
    } catch (thrown) {
      const error = errorDataOf(thrown)
      emit({ event: 'error', host: name, error: { host: name, ...error } })
      status = session.interrupt.level === 'none' ? statusOf(error.code) : 'interrupted'
    }
    const good = status === 'ok' ? 1 : 0
    summaries[name] = { ok: good, changed: 0, failed: 1 - good, skipped: 0, status }
    emit({ event: 'host', host: name, summary: summaries[name], trips: trips[name] ?? 0 })
  })
  emit({ event: 'summary', hosts: summaries, trips })
  const statuses = Object.values(summaries).map(each => each.status)
  return exitCodeOf(verb, statuses)
}
