/** The saved chunks of an archive with what became of their rows, the newest first: what verify and restore work on. */

import { counted } from '../../base/counted.ts'
import type { ErrorData } from '../../base/errors.ts'
import { type TableName, tableText } from '../../mysql/table-name.ts'
import type { Store } from '../../store/store.ts'
import { listArchive, readDone, readReceipt } from './archive-store.ts'
import { type Done, type Receipt, receiptKey, rowsKey } from './records.ts'

export interface ArchivedChunk {
  readonly name: string
  readonly receipt: Receipt
  /** Undefined: its rows were not deleted, or not all. */
  readonly done: Done | undefined
}

export interface ArchivedChunks {
  /** A later run may hold a newer form of a row: so the newest come first. */
  readonly chunks: readonly ArchivedChunk[]
  /** Objects without a receipt, whose rows were not deleted: nothing depends on them. */
  readonly orphans: readonly string[]
  /** Chunks whose rows were deleted, as their mark in `done/` says, and whose receipt is gone. */
  readonly lost: readonly LostChunk[]
}

/** The tables whose rows went with those of the archived one. */
export function tablesWith(chunks: readonly ArchivedChunk[]): readonly TableName[] {
  const found = new Map<string, TableName>()
  for (const { receipt } of chunks)
    for (const { table } of receipt.with ?? []) found.set(tableText(table), table)
  return [...found.values()]
}

/** The same chunks seen from one of those tables: as if it had been archived by itself. */
export function chunksWith(chunks: readonly ArchivedChunk[], table: TableName): readonly ArchivedChunk[] {
  return chunks.flatMap(({ name, receipt, done }) =>
    (receipt.with ?? []).flatMap((each, index) => {
      if (tableText(each.table) !== tableText(table)) return []
      const { deleted = 0, stayed = [] } = done?.with?.[index] ?? {}
      const { with: _with, ...parent } = receipt
      return [{ name, receipt: { ...parent, ...each }, done: done && { ...done, deleted, stayed } }]
    }),
  )
}

export interface LostChunk {
  readonly name: string
  readonly deleted: number
  /** The rows are there, with nothing to compare them with. */
  readonly isThere: boolean
}

/** What to say of one: its rows are in the table no more. */
export function lostError({ name, deleted, isThere }: LostChunk): ErrorData {
  return {
    code: 'failed',
    title: `${name}: ${counted(deleted, 'row was', 'rows were')} deleted because this chunk had saved them, and its receipt is gone${isThere ? '' : ', as are its rows'}`,
    changed: 'no',
    next: isThere
      ? `Bring ${receiptKey(name)} back from a version or a copy of the store, and leave ${rowsKey(name)} alone: its rows are nowhere else.`
      : `Bring ${receiptKey(name)} and ${rowsKey(name)} back from a version or a copy of the store.`,
  }
}

/** `table`: whose place it is. */
export async function archivedChunks(store: Store, table: TableName): Promise<ArchivedChunks> {
  const { rows, receipts, done } = await listArchive(store)
  const chunks: ArchivedChunk[] = []
  for (const name of [...receipts].reverse()) {
    chunks.push({
      name,
      receipt: await readReceipt(store, name, table),
      done: done.has(name) ? await readDone(store, name) : undefined,
    })
  }
  const known = new Set(receipts)
  const lost: LostChunk[] = []
  for (const name of [...done].filter(each => !known.has(each)).sort())
    lost.push({ name, deleted: (await readDone(store, name)).deleted, isThere: rows.has(name) })
  const orphans = [...rows].filter(name => !known.has(name) && !done.has(name)).map(rowsKey)
  return { chunks, orphans, lost }
}
