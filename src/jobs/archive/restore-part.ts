/** Restores the rows of one table, chunk after chunk, and tells what came of it. */

import { counted } from '../../base/counted.ts'
import { OpsError } from '../../base/errors.ts'
import { readTable } from '../../mysql/catalog.ts'
import type { Governor } from '../../mysql/governor.ts'
import type { Server } from '../../mysql/server.ts'
import { serverState } from '../../mysql/server-state.ts'
import type { Session } from '../../mysql/session.ts'
import { tableText } from '../../mysql/table-name.ts'
import type { Emit } from '../../run/events.ts'
import type { Interrupt } from '../../run/interrupt.ts'
import type { Store } from '../../store/store.ts'
import { makeTable } from '../rows/target-table.ts'
import { type ChunksDone, interruptedError, partlyDone, runChunks } from '../run.ts'
import { type ArchivedChunk, lostError } from './chunks-of.ts'
import { type ArchivedRows, readArchived } from './read-archived.ts'
import { keyForRestore } from './restore-key.ts'
import type { PlannedPart } from './restore-plan.ts'
import { noneRestored, type RestoredRows, type RestoreTarget, restoreRows } from './restore-rows.ts'

/** From where to where, and who is told. */
export interface RestoreWork {
  readonly server: Server
  readonly store: Store
  readonly emit: Emit
  readonly interrupt: Interrupt
  readonly governor?: Governor
  /** Throws where another run may be at work by now. */
  readonly stillLocked: () => Promise<void>
}

/** @throws OpsError where not all of them came back. */
export async function restorePart(session: Session, part: PlannedPart, context: RestoreWork): Promise<void> {
  const { server, emit } = context
  const { target, chunks, lost, title, rows, header, shapes, isThere } = part
  const missing = lost.reduce((sum, { deleted }) => sum + deleted, 0)
  const [firstLost] = lost
  if (!isThere) await makeTable(session, target, header, 'archive')
  const table = await readTable(session, target)
  const key = keyForRestore(tableText(target), table, shapes)
  const [ofKept, ofDeleted] = [noneRestored(), noneRestored()]
  const maxAllowedPacket = (await serverState(session)).maxAllowedPacket
  const into = { session, table, key, maxAllowedPacket }
  const work = { title, rows, into, ofKept, ofDeleted }
  const done = await restoreChunks(chunks, context, work).catch((failure: unknown) => ({ failure }))
  const failed = 'failure' in done
  const totals = {
    restored: ofKept.restored + ofDeleted.restored,
    present: ofKept.present + ofDeleted.present,
    other: ofKept.other + ofDeleted.other,
  }
  emit({
    event: 'job-end',
    job: 'archive restore',
    source: server.name,
    title,
    status:
      failed || (firstLost && !done.isInterrupted) ? 'failed' : done.isInterrupted ? 'interrupted' : 'ok',
    facts: [
      { name: 'restored', text: `${counted(totals.restored, 'row')}, read back and equal` },
      ...(totals.present === 0
        ? []
        : [{ name: 'were there', text: `${counted(totals.present, 'row')}, equal` }]),
    ],
    notes: [
      ...(ofKept.other === 0
        ? []
        : [
            `${counted(ofKept.other, 'saved row was', 'saved rows were')} left out: the table has a newer row of the same key`,
          ]),
      ...(ofDeleted.other === 0 ? [] : [replacedText(ofDeleted)]),
    ],
    data: { into: tableText(target), ...totals, replaced: ofDeleted.other },
  })
  if (failed) {
    const soFar = `Before that, ${counted(totals.restored, 'row was', 'rows were')} restored, read back and equal. The same command leaves them as they are.`
    throw partlyDone(done.failure, totals.restored > 0 || !isThere, soFar)
  }
  if (done.isInterrupted)
    throw interruptedError(title, 'Run the same command again: what is there already is left as it is.')
  if (firstLost)
    throw new OpsError({
      ...lostError(firstLost),
      title: `${counted(missing, 'archived row')} in ${counted(lost.length, 'chunk')} ${missing === 1 ? 'was' : 'were'} not restored, as their receipts are gone`,
      changed: 'yes',
    })
}

interface Restoring {
  readonly title: string
  readonly rows: number
  readonly into: RestoreTarget
  /** Of chunks whose rows were left in the table. */
  readonly ofKept: RestoredRows
  /** Of those whose rows were deleted from it once they were saved. */
  readonly ofDeleted: RestoredRows
}

/** The archive had deleted these: whatever has their keys came later. */
function replacedText({ other, otherKeys }: RestoredRows): string {
  const keys = `${otherKeys.join('; ')}${other > otherKeys.length ? ' ...' : ''}`
  const [what, why] =
    other === 1
      ? [
          'deleted when it was archived: another row has its key since',
          'The key was given again, or the row was',
        ]
      : [
          'deleted when they were archived: other rows have their keys since',
          'The keys were given again, or the rows were',
        ]
  return `${counted(other, 'saved row was', 'saved rows were')} left out, ${what} (${keys}). ${why} restored and changed. What was saved is whole in the archive: each file in rows/ says how to load it into another table`
}

function restoreChunks(
  chunks: readonly ArchivedChunk[],
  { server, store, emit, interrupt, governor, stillLocked }: RestoreWork,
  { title, rows: ofRows, into, ofKept, ofDeleted }: Restoring,
): Promise<ChunksDone> {
  let index = 0
  return runChunks<ArchivedRows & { readonly isDeleted: boolean }>(
    {
      source: server.name,
      title,
      ofRows,
      async read() {
        const chunk = chunks[index++]
        if (!chunk) return undefined
        const isDeleted = chunk.receipt.deletes && chunk.done !== undefined
        return { ...(await readArchived(store, chunk)), isDeleted }
      },
      async settle({ rows, columns, isDeleted }) {
        await stillLocked()
        await restoreRows(into, columns, rows, isDeleted ? ofDeleted : ofKept)
      },
    },
    { emit, interrupt, ...(governor && { governor }) },
  )
}
