/** Saves one chunk so that it can be proved: the object, read back and decoded, and then its receipt. */
import { OpsError } from '../../base/errors.ts'
import type { RowsDigest } from '../../mysql/row-hash.ts'
import { RowsHasher, sameRows } from '../../mysql/row-hash.ts'
import type { WireRow } from '../../mysql/wire-row.ts'
import { contentOf } from '../../store/content.ts'
import { checked, openEncrypted, type Proof } from '../../store/prove.ts'
import type { Store } from '../../store/store.ts'
import type { PackedRows } from '../rows/packed-rows.ts'
import { LineRows } from '../rows/row-lines.ts'
import { hashedLines } from '../rows/row-machine.ts'
import { packRows, type RowsHeader, scanLines } from '../rows/rows-file.ts'
import { writeReceipt } from './archive-store.ts'
import { type Receipt, rowsKey, type WithReceipt, withKey } from './records.ts'
import type { PlannedChild } from './with-child.ts'

/** What a receipt says beside what is found out by saving. */
export type ReceiptHead = Omit<
  Receipt,
  'format' | 'rows' | 'hash' | 'object' | 'sizeBytes' | 'sha256' | 'savedAt' | 'with'
>

/** Rows of another table that are saved with a chunk. */
export interface WithRows {
  readonly child: PlannedChild
  readonly rows: readonly WireRow[]
}

/** A chunk that is in the store, as far as it can be proved now. */
export interface SavedChunk {
  readonly name: string
  readonly receipt: Receipt
  readonly proof: Proof
  /** Of the rows of other tables. */
  readonly withProofs: readonly Proof[]
}

/** Nothing may be deleted before this resolves. `digest` is of the rows as they were read. */
export async function saveChunk(
  store: Store,
  name: string,
  rows: PackedRows,
  digest: RowsDigest,
  header: RowsHeader,
  head: ReceiptHead,
  withRows: readonly WithRows[] = [],
): Promise<SavedChunk> {
  const { bytes, textBytes } = await packRows(header, rows, rows.bytes + (rows.bytes >> 4))
  const content = contentOf(bytes)
  const key = rowsKey(name)
  await store.put(key, content)
  const proof = await readBack(store, key, { ...content, textBytes }, digest)
  const withReceipts: WithReceipt[] = []
  const withProofs: Proof[] = []
  for (const [index, each] of withRows.entries()) {
    const saved = await saveWith(store, withKey(name, index), each, header.server)
    withReceipts.push(saved.receipt)
    withProofs.push(saved.proof)
  }
  const receipt: Receipt = {
    format: 'ops-archive-receipt/1',
    ...head,
    ...digest,
    object: key,
    sizeBytes: content.sizeBytes,
    sha256: content.sha256,
    ...(withReceipts.length > 0 && { with: withReceipts }),
    savedAt: new Date().toISOString(),
  }
  await writeReceipt(store, name, receipt)
  return { name, receipt, proof, withProofs }
}

async function saveWith(
  store: Store,
  key: string,
  { child, rows }: WithRows,
  server: string,
): Promise<{ readonly receipt: WithReceipt; readonly proof: Proof }> {
  const { table, looked, createTable, columns, link } = child
  const hasher = new RowsHasher()
  for (const row of rows) hasher.add(row)
  const { fingerprint } = looked
  const keyColumns = [...child.key.columns]
  const header: RowsHeader = { table, columns, key: keyColumns, fingerprint, createTable, server }
  const content = contentOf((await packRows(header, rows)).bytes)
  const digest = hasher.digest()
  await store.put(key, content)
  const proof = await readBack(store, key, content, digest)
  const { sizeBytes, sha256 } = content
  const receipt = {
    table,
    fingerprint,
    key: keyColumns,
    link: [...link],
    ...digest,
    object: key,
    sizeBytes,
    sha256,
  }
  return { receipt, proof }
}

/**
 * Reads an object whole: its bytes must be those that were stored, and its rows those that were read.
 * @throws StoreError of kind `absent`, `wrong` or `unencrypted`, or OpsError where the rows are not the same.
 */
export async function readBack(
  store: Store,
  key: string,
  bytes: { readonly sizeBytes: number; readonly sha256: string; readonly textBytes?: number },
  digest: RowsDigest,
  seen: { readonly header?: (header: RowsHeader) => void; readonly row?: (row: WireRow) => void } = {},
): Promise<Proof> {
  const opened = await openEncrypted(store, key)
  const name = `${store.url}/${key}`
  const hasher = new RowsHasher()
  const rows = new LineRows()
  const takers = {
    header: (header: RowsHeader) => seen.header?.(header),
    ...(seen.row
      ? {
          line: (lines: Buffer, from: number, to: number) => {
            const row = rows.read(lines, from, to)
            hasher.add(row)
            // The next row takes its memory.
            seen.row?.(Buffer.from(row))
          },
        }
      : hashedLines(hasher, digest.rows)),
  }
  await scanLines(checked(opened, bytes, name), name, takers, bytes.textBytes)
  const found = hasher.digest()
  if (!sameRows(found, digest)) {
    throw new OpsError({
      code: 'failed',
      title: `${name} holds other rows than were saved`,
      detail: `${found.rows} rows with hash ${found.hash}; ${digest.rows} with ${digest.hash} were read from the table.`,
      changed: 'no',
      next: 'Nothing was deleted because of it. Please report this: the format of the file lost something.',
    })
  }
  const { etag, versionId, encryption } = opened
  return {
    key,
    sizeBytes: bytes.sizeBytes,
    sha256: bytes.sha256,
    etag,
    ...(versionId !== undefined && { versionId }),
    ...(encryption !== undefined && { encryption }),
    provedAtMs: Date.now(),
  }
}
