/**
 * Restores an archive into a table: the newest form of each row, byte for byte. A row that is there already is never
 * overwritten, so that it can be killed and run again, and what lives in the table wins.
 */
import { type ErrorData, OpsError } from '../../base/errors.ts'
import { startGovernor } from '../../mysql/governor.ts'
import type { JobPlan } from '../../run/job-events.ts'
import { holdingTargets } from '../rows/hold-targets.ts'
import { type RestoreWork, restorePart } from './restore-part.ts'
import { partsOf, type RestorePart, type RestoreRequest } from './restore-parts.ts'
import { type PlannedPart, planPart, together } from './restore-plan.ts'

export interface RestoreContext extends Omit<RestoreWork, 'stillLocked'> {
  readonly confirm?: (plan: JobPlan) => Promise<boolean>
  readonly plansOnly: boolean
}

/** Answers whether it ran. @throws OpsError `locked` where another run restores into one of the tables. */
export async function restoreArchive(request: RestoreRequest, context: RestoreContext): Promise<boolean> {
  const parts = await partsOf(context.store, request)
  const targets = parts.map(({ target }) => target)
  return holdingTargets(context.server, targets, stillLocked =>
    restoreParts(parts, { ...context, stillLocked }),
  )
}

async function restoreParts(
  parts: readonly RestorePart[],
  context: RestoreContext & Pick<RestoreWork, 'stillLocked'>,
): Promise<boolean> {
  const { server, emit, confirm, plansOnly } = context
  const session = await server.session()
  const planned: PlannedPart[] = []
  for (const part of parts) planned.push(await planPart(session, part, context))
  const governor = await startGovernor(server, { watchesReplicas: true })
  try {
    const notes = governor.notWatched.map(what => `not watched: ${what}`)
    const remarks = governor.notNamed.map(what => `not watched: ${what}`)
    for (const { plan } of planned)
      emit({ event: 'job-plan', ...plan, notes: [...plan.notes, ...notes], remarks })
    const [first] = planned
    if (!first || plansOnly) return false
    if (confirm && !(await confirm(together(planned, first.plan)))) return false
    const left: ErrorData[] = []
    let isChanged = false
    for (const part of planned) {
      const came = await restorePart(session, part, { ...context, governor })
      left.push(...came.left)
      isChanged ||= came.isChanged
    }
    const [firstLeft, ...more] = left
    if (firstLeft) throw new OpsError({ ...withMore(firstLeft, more), changed: isChanged ? 'yes' : 'no' })
    return true
  } finally {
    await governor.close()
  }
}

/** One error of all that did not come back: none of it kept the rest from coming back. */
function withMore(first: ErrorData, more: readonly ErrorData[]): ErrorData {
  if (more.length === 0) return first
  const lines = [first.detail, ...more.map(({ title, next }) => [title, next].join('. '))]
  return { ...first, detail: lines.filter(line => line !== undefined).join('\n') }
}
