/** Restores the rows of one table, chunk after chunk, and tells what came of it. */

import { counted } from '../../base/counted.ts'
import type { ErrorData } from '../../base/errors.ts'
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

/** Gives what did not come back, where all that could has, and whether this run changed the table. @throws OpsError where a chunk failed, or the operator stopped it. */
export async function restorePart(
  session: Session,
  part: PlannedPart,
  context: RestoreWork,
): Promise<{ readonly left: readonly ErrorData[]; readonly isChanged: boolean }> {
  const { server, emit } = context
  const { target, chunks, title, rows, header, shapes, apart, isThere } = part
  if (!isThere) await makeTable(session, target, header, 'archive')
  const table = await readTable(session, target)
  const key = keyForRestore(tableText(target), table, shapes, apart)
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
  const isChanged = totals.restored > 0 || !isThere
  const left = leftOut(part, ofDeleted)
  emit({
    event: 'job-end',
    job: 'archive restore',
    source: server.name,
    title,
    status: !failed && done.isInterrupted ? 'interrupted' : failed || left.length > 0 ? 'failed' : 'ok',
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
    ],
    data: { into: tableText(target), ...totals, replaced: ofDeleted.other },
  })
  if (failed) {
    const soFar = `Before that, ${counted(totals.restored, 'row was', 'rows were')} restored, read back and equal. The same command leaves them as they are.`
    throw partlyDone(done.failure, isChanged, soFar)
  }
  if (done.isInterrupted)
    throw interruptedError(
      title,
      isChanged,
      'Run the same command again: what is there already is left as it is.',
    )
  return { left, isChanged }
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

/** Rows that the archive had deleted, and that are in no table now. */
function leftOut(part: PlannedPart, ofDeleted: RestoredRows): readonly ErrorData[] {
  const { lost } = part
  const missing = lost.reduce((sum, { deleted }) => sum + deleted, 0)
  const [firstLost] = lost
  return [
    ...(firstLost === undefined
      ? []
      : [
          {
            ...lostError(firstLost),
            title: `${counted(missing, 'archived row')} in ${counted(lost.length, 'chunk')} ${missing === 1 ? 'was' : 'were'} not restored, as their receipts are gone`,
          },
        ]),
    ...(ofDeleted.other === 0 ? [] : [replacedError(ofDeleted, part)]),
  ]
}

/** Whatever has their keys came later: where the table was empty, from the archive too. */
function replacedError(
  { other, otherKeys }: RestoredRows,
  { target, isEmpty, followedBy }: PlannedPart,
): ErrorData {
  const where = tableText(target)
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
  const others =
    followedBy.length === 0
      ? 'All others are there, read back and equal.'
      : `All others are there, and rows of ${followedBy.map(tableText).join(', ')} are restored under the keys that they refer to: those of ${other === 1 ? 'this one' : 'these'} belong to ${other === 1 ? 'the row that has its key' : 'the rows that have their keys'} now.`
  const byHand = 'each file in rows/ says how to load it into a table without ops'
  return {
    code: 'failed',
    title: `${where}: ${counted(other, 'saved row was', 'saved rows were')} left out, ${what} (${keys})`,
    detail: `${why} restored and changed. ${others}`,
    changed: 'no',
    next: isEmpty
      ? `What was saved is whole in the archive, with a newer row of the same key: ${byHand}.`
      : `What was saved is whole in the archive. Restore it into a table of its own with --into, and move from there what is missing here, under other keys; or ${byHand}.`,
  }
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
