/** A saved plan that a host has applied already: what differs then is mostly its own work, and one sentence says so. */
import { counted } from '../../base/counted.ts'
import type { ErrorData } from '../../base/errors.ts'
import { hostRecords } from '../../engine/record/host-records.ts'
import type { HostRecord } from '../../engine/record/read-record.ts'
import type { Session } from '../../run/session.ts'

/** Under this name a run that applies a saved plan writes down when that plan was made. */
export const planParam = 'planMadeAt'

/** Undefined where the host has no record of a run that applied the plan made at `made`. */
export async function appliedBefore(
  session: Session,
  made: string,
  moved: readonly ErrorData[],
): Promise<ErrorData | undefined> {
  const records = await hostRecords(session, { most: 200 })
  const found = records.find(each => each.params[planParam] === made)
  return found && appliedError(session.host, found, moved)
}

function appliedError(host: string, record: HostRecord, moved: readonly ErrorData[]): ErrorData {
  const { run, startedAt, end, steps } = record
  const isDone = end === 'done' && steps.every(({ outcome }) => outcome === 'changed')
  const at = startedAt.slice(0, 19).replace('T', ' ')
  const names = moved.flatMap(({ step }) => step ?? [])
  const more = names.length > 3 ? ` and ${names.length - 3} more` : ''
  return {
    code: 'moved',
    title: `this plan was applied at ${host} already, at ${at} UTC as run ${run}${isDone ? '' : ', but not to its end'}`,
    detail: `${counted(names.length, 'step')} looked otherwise when it was made: ${names.slice(0, 3).join(', ')}${more}`,
    host,
    changed: 'no',
    next: `Nothing was applied on any host now. Make a new plan, look at it, then apply that; \`ops show ${run} ${host}\` tells what that run did.`,
  }
}
