/**
 * Restores an archive into a table: the newest form of each row, byte for byte. A row that is there already is never
 * overwritten, so that it can be killed and run again, and what lives in the table wins.
 */
import { type ErrorData, firstErrorOf, OpsError } from '../../base/errors.ts'
import { startGovernor } from '../../mysql/governor.ts'
import { tableText } from '../../mysql/table-name.ts'
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
  for (const part of parts) planned.push(await planPart(session, part, { ...context, parts }))
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
    for (const [index, part] of planned.entries()) {
      const came = await restorePart(session, part, { ...context, governor }).catch((thrown: unknown) => {
        throw amongOthers(thrown, { planned, index, left, isChanged })
      })
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

interface Among {
  readonly planned: readonly PlannedPart[]
  /** Which of them failed, or was stopped. */
  readonly index: number
  /** What did not come back of those before it. */
  readonly left: readonly ErrorData[]
  /** Whether those before it changed anything. */
  readonly isChanged: boolean
}

/** What became of the tables before and after the one that failed. */
function amongOthers(thrown: unknown, { planned, index, left, isChanged }: Among): unknown {
  const names = planned.map(({ target }) => tableText(target))
  const [before, after] = [names.slice(0, index), names.slice(index + 1)]
  const told = [
    ...(before.length === 0 ? [] : [`Restored before that, to the end: ${before.join(', ')}.`]),
    ...left.map(({ title, next }) => [title, next].filter(each => each !== undefined).join('. ')),
    ...(after.length === 0 ? [] : [`Not begun: ${after.join(', ')}.`]),
  ]
  if (told.length === 0) return thrown
  const data = firstErrorOf(thrown)
  const detail = [data.detail, ...told].filter(each => each !== undefined).join('\n')
  return new OpsError({ ...data, detail, ...(isChanged && { changed: 'yes' }) }, { cause: thrown })
}

/** One error of all that did not come back: none of it kept the rest from coming back. */
function withMore(first: ErrorData, more: readonly ErrorData[]): ErrorData {
  if (more.length === 0) return first
  const lines = [first.detail, ...more.map(({ title, next }) => [title, next].join('. '))]
  return { ...first, detail: lines.filter(line => line !== undefined).join('\n') }
}
