/** Saves one day so that it can be proved: its file, read back and decoded, and then its receipt. */
import { OpsError } from '../../base/errors.ts'
import { type RowsDigest, RowsHasher, sameRows } from '../../mysql/row-hash.ts'
import { type Bytes, checked, openEncrypted } from '../../store/prove.ts'
import type { Store } from '../../store/store.ts'
import { hashedLines } from '../rows/row-machine.ts'
import { type RowsHeader, scanLines } from '../rows/rows-file.ts'
import type { DayFile } from './day-file.ts'
import { writeReceipt } from './dump-store.ts'
import { objectKey, type Receipt } from './records.ts'

/** `rows`: about how many it has; `textBytes`: what the lines are without compression, where that is known. */
type DayBytes = Bytes & { readonly rows: number; readonly textBytes?: number }

/** What a receipt says beside what is found out by saving. */
export type ReceiptHead = Omit<Receipt, 'format' | 'rows' | 'hash' | 'object' | 'sizeBytes' | 'sha256'>

/** `digest` is of the rows as they were read. The day counts as saved when this resolves, and not before. */
export async function saveDay(
  store: Store,
  file: DayFile,
  token: string,
  digest: RowsDigest,
  head: ReceiptHead,
  stillLocked: () => Promise<void>,
): Promise<Receipt> {
  const content = await file.finish()
  const object = objectKey(head, token)
  await store.put(object, content)
  await readBack(store, object, { ...content, rows: digest.rows, textBytes: file.textBytes }, digest)
  const receipt: Receipt = {
    format: 'ops-dump-receipt/1',
    ...head,
    ...digest,
    object,
    sizeBytes: content.sizeBytes,
    sha256: content.sha256,
  }
  // Another run would take a file without a receipt away.
  await stillLocked()
  await writeReceipt(store, receipt)
  return receipt
}

/** @throws StoreError of kind `absent`, `wrong` or `unencrypted`, or OpsError where the rows are not those that were read. */
async function readBack(store: Store, object: string, bytes: DayBytes, digest: RowsDigest): Promise<void> {
  const { found } = await readDay(store, object, bytes)
  if (sameRows(found, digest)) return
  throw new OpsError({
    code: 'failed',
    title: `${store.url}/${object} holds other rows than were saved`,
    detail: `${found.rows} rows with hash ${found.hash}; ${digest.rows} with ${digest.hash} were read from the table.`,
    changed: 'no',
    next: 'The day has no receipt, so that nothing depends on the file. Please report this: the format of the file lost something.',
  })
}

/**
 * Reads a file whole and counts its rows; its bytes must be those that were stored.
 * @throws StoreError of kind `absent`, `wrong` or `unencrypted`, or OpsError where it is no file of rows.
 */
export async function readDay(
  store: Store,
  object: string,
  bytes: DayBytes,
): Promise<{ readonly found: RowsDigest; readonly header: RowsHeader | undefined }> {
  const opened = await openEncrypted(store, object)
  const name = `${store.url}/${object}`
  const hasher = new RowsHasher()
  const headers: RowsHeader[] = []
  const takers = {
    header: (header: RowsHeader) => void headers.push(header),
    ...hashedLines(hasher, bytes.rows),
  }
  await scanLines(checked(opened, bytes, name), name, takers, bytes.textBytes)
  return { found: hasher.digest(), header: headers[0] }
}
