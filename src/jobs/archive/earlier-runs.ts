/** What earlier runs left: chunks that are saved and not deleted are finished, objects without a receipt are taken away. */
import { counted } from '../../base/counted.ts'
import type { Governor } from '../../mysql/governor.ts'
import type { Session } from '../../mysql/session.ts'
import type { Emit } from '../../run/events.ts'
import type { Interrupt } from '../../run/interrupt.ts'
import type { Store } from '../../store/store.ts'
import type { ArchiveOutcome } from './archive-outcome.ts'
import { listArchive } from './archive-store.ts'
import type { EarlierStays } from './earlier-stays.ts'
import { finishChunk, orphans } from './finish-earlier.ts'
import type { ArchivePlan } from './plan.ts'
import { chunkOfWith, receiptKey, rowsKey } from './records.ts'
import { noDeletes, sumOf } from './settle-deletes.ts'

interface Surroundings {
  readonly server: { readonly name: string }
  readonly store: Store
  readonly emit: Emit
  readonly interrupt: Interrupt
  readonly governor: Governor
  /** Throws where another run may be at work by now. */
  readonly stillLocked: () => Promise<void>
  /** Hears of the rows that stay. */
  readonly stays: EarlierStays
}

export async function finishAll(
  plan: Pick<ArchivePlan, 'table' | 'unfinished'>,
  session: Session,
  { store, interrupt, emit, server, governor, stillLocked, stays }: Surroundings,
): Promise<ArchiveOutcome['finished']> {
  let totals = noDeletes
  let chunks = 0
  for (const unfinished of plan.unfinished) {
    if (interrupt.level !== 'none') break
    const { name, rows } = unfinished
    emit({
      event: 'note',
      host: server.name,
      text: `finishing ${name} of an earlier run: ${counted(rows, 'row')}`,
    })
    const done = await finishChunk(session, store, plan.table, unfinished, {
      stillLocked,
      governor,
      stays,
    }).catch((failure: unknown) => ({ ...noDeletes, failure }))
    totals = sumOf(totals, done)
    if ('failure' in done) return { ...totals, chunks, failure: done.failure }
    chunks += 1
  }
  return { ...totals, chunks }
}

/** We hold the lock of the table, so nobody is between an object of ours and its receipt now. */
export async function removeOrphans(store: Store, { isOurs }: Pick<ArchivePlan, 'isOurs'>): Promise<number> {
  const { rows, receipts, done, withRows } = await listArchive(store)
  let removed = 0
  for (const key of withRows) {
    const name = chunkOfWith(key)
    if (receipts.includes(name) || done.has(name) || !isOurs(name)) continue
    if ((await store.head(receiptKey(name))) === undefined) await store.delete(key)
  }
  for (const name of orphans(rows, receipts).filter(isOurs)) {
    // Its rows were deleted: whatever became of the receipt, this is the last copy.
    if (done.has(name)) continue
    // A listing may lag behind: the receipt itself is asked for.
    if ((await store.head(receiptKey(name))) !== undefined) continue
    await store.delete(rowsKey(name))
    removed += 1
  }
  return removed
}
