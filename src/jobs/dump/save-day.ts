/** Saves one day so that it can be proved: its file, read back and decoded, and then its receipt. */
import { OpsError } from '../../base/errors.ts'
import { type RowsDigest, RowsHasher, sameRows } from '../../mysql/row-hash.ts'
import { type Bytes, checked, openEncrypted } from '../../store/prove.ts'
import type { Store } from '../../store/store.ts'
import { isStoreError } from '../../store/store-error.ts'
import { hashedLines } from '../rows/row-machine.ts'
import { type RowsHeader, scanLines } from '../rows/rows-file.ts'
import type { DayFile } from './day-file.ts'
import { readReceipt, writeReceipt } from './dump-store.ts'
import { objectKey, type Receipt, receiptKey } from './records.ts'
import { mostAtOnce, scanWhole } from './scan-whole.ts'

/** `rows`: about how many it has; `textBytes`: what the lines are without compression, where that is known. */
type DayBytes = Bytes & { readonly rows: number; readonly textBytes?: number }

/** What a receipt says beside what is found out by saving. */
export type ReceiptHead = Omit<Receipt, 'format' | 'rows' | 'hash' | 'object' | 'sizeBytes' | 'sha256'>

/**
 * `digest` is of the rows as they were read. The day counts as saved when this resolves, and not before. Undefined: it was saved
 * already, with the same rows, and the listing of the store had hidden it.
 * @throws OpsError `moved` where it was saved with other rows.
 */
export async function saveDay(
  store: Store,
  file: DayFile,
  token: string,
  digest: RowsDigest,
  head: ReceiptHead,
  stillLocked: () => Promise<void>,
): Promise<Receipt | undefined> {
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
  try {
    await writeReceipt(store, receipt)
    return receipt
  } catch (thrown) {
    if (!isStoreError(thrown, 'taken')) throw thrown
    const there = await readReceipt(store, receipt)
    // No receipt names it. A login may have no right to delete: then it is in nobody's way.
    await store.delete(object).catch(() => undefined)
    if (isSameDay(there, receipt)) return undefined
    throw hiddenError(store, there, receipt)
  }
}

const isSameDay = (one: Receipt, other: Receipt): boolean =>
  sameRows(one, other) &&
  one.fingerprint === other.fingerprint &&
  one.fromUtc === other.fromUtc &&
  one.toUtc === other.toUtc

function hiddenError(store: Store, there: Receipt, read: Receipt): OpsError {
  return new OpsError({
    code: 'moved',
    title: `${store.url}/${receiptKey(read)} is there already, and the listing of the store did not show it`,
    detail: `It proves ${there.rows} rows with hash ${there.hash} of ${there.day}, read at ${there.seenAt}; ${read.rows} with ${read.hash} were read from the table now.`,
    changed: 'no',
    next: 'What was dumped then is as it was. Run the same command again once the listing shows that receipt, with --recheck: it compares the day, and saves what changed as a new revision beside it.',
  })
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
  const pieces = checked(opened, bytes, name)
  const { textBytes } = bytes
  if (textBytes !== undefined && textBytes <= mostAtOnce) await scanWhole(pieces, name, takers, textBytes)
  else await scanLines(pieces, name, takers, textBytes)
  return { found: hasher.digest(), header: headers[0] }
}
