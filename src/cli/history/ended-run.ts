/** The record of a run that has ended: one that goes on is not taken back, and is waited for where that is asked. */
import { setTimeout as pause } from 'node:timers/promises'
import { OpsError } from '../../base/errors.ts'
import { lockNow } from '../../engine/record/lock-now.ts'
import type { HostRecord } from '../../engine/record/read-record.ts'
import type { Session } from '../../run/session.ts'
import type { ReportSession } from '../report-session.ts'

const retryMs = 1000

/** @throws OpsError `locked` where the run goes on, and nobody waits for its end. */
export async function endedRun(
  session: Session,
  { report, interrupt }: ReportSession,
  wait: boolean,
  read: () => Promise<HostRecord | undefined>,
): Promise<HostRecord | undefined> {
  const { host } = session
  for (let isTold = false; ; ) {
    const holder = await lockNow(session)
    // After the lock: what ends between the two has written down its end.
    const record = await read()
    if (!record || holder === undefined || record.who !== holder) return record
    if (!wait || interrupt.level !== 'none') throw goesOn(host, record)
    const text = `waiting for another run to end: ${holder}`
    if (!isTold) report.emit({ event: 'waiting', host, for: 'lock', text })
    isTold = true
    await pause(retryMs)
  }
}

function goesOn(host: string, { run, who }: HostRecord): OpsError {
  return new OpsError({
    code: 'locked',
    title: `run ${run} still goes on at ${host}`,
    detail: who,
    host,
    changed: 'no',
    next: 'Take it back when it has ended (`ops undo --wait` waits by itself), or end it first with Ctrl-C where it runs.',
  })
}
