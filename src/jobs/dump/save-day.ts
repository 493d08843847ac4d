/** Saves one day so that it can be proved: its file, read back and decoded, and then its receipt. */
import type { RowsDigest } from '../../mysql/row-hash.ts'
import type { Store } from '../../store/store.ts'
import { readBack } from '../archive/save-chunk.ts'
import type { DayFile } from './day-file.ts'
import { writeReceipt } from './dump-store.ts'
import { objectKey, type Receipt } from './records.ts'

/** What a receipt says beside what is found out by saving. */
export type ReceiptHead = Omit<Receipt, 'format' | 'rows' | 'hash' | 'object' | 'sizeBytes' | 'sha256'>

/** `digest` is of the rows as they were read. The day counts as saved when this resolves, and not before. */
export async function saveDay(
  store: Store,
  file: DayFile,
  token: string,
  digest: RowsDigest,
  head: ReceiptHead,
): Promise<Receipt> {
  const content = await file.finish()
  const object = objectKey(head, token)
  await store.put(object, content)
  await readBack(store, object, content, digest)
  const receipt: Receipt = {
    format: 'ops-dump-receipt/1',
    ...head,
    ...digest,
    object,
    sizeBytes: content.sizeBytes,
    sha256: content.sha256,
  }
  await writeReceipt(store, receipt)
  return receipt
}
