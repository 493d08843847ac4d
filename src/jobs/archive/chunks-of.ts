/** The saved chunks of an archive with what became of their rows, the newest first: what verify and restore work on. */
import type { Store } from '../../store/store.ts'
import { listArchive, readDone, readReceipt } from './archive-store.ts'
import { type Done, type Receipt, rowsKey } from './records.ts'

export interface ArchivedChunk {
  readonly name: string
  readonly receipt: Receipt
  /** Undefined: its rows were not deleted, or not all. */
  readonly done: Done | undefined
  readonly isThere: boolean
}

export interface ArchivedChunks {
  /** A later run may hold a newer form of a row: so the newest come first. */
  readonly chunks: readonly ArchivedChunk[]
  /** Objects without a receipt: nothing depends on them. */
  readonly orphans: readonly string[]
}

export async function archivedChunks(store: Store): Promise<ArchivedChunks> {
  const { rows, receipts, done } = await listArchive(store)
  const chunks: ArchivedChunk[] = []
  for (const name of [...receipts].reverse()) {
    chunks.push({
      name,
      receipt: await readReceipt(store, name),
      done: done.has(name) ? await readDone(store, name) : undefined,
      isThere: rows.has(name),
    })
  }
  const known = new Set(receipts)
  return { chunks, orphans: [...rows].filter(name => !known.has(name)).map(rowsKey) }
}
