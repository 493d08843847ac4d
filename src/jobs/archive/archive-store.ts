/** The records of one archive in its store: read, written, listed. */
import { randomBytes } from 'node:crypto'
import { inputError, OpsError } from '../../base/errors.ts'
import type { ServerState } from '../../mysql/server-state.ts'
import { type TableName, tableText } from '../../mysql/table-name.ts'
import { putProved } from '../../store/prove.ts'
import type { Store } from '../../store/store.ts'
import { jsonContent, neededRecord, readRecord } from '../json-record.ts'
import { refuseOther } from '../place-of.ts'
import {
  archiveFormat,
  chunkName,
  type Done,
  doneKey,
  doneSchema,
  type Mark,
  markKey,
  markSchema,
  nameIn,
  type Receipt,
  receiptKey,
  receiptSchema,
  rowsKey,
  serverText,
} from './records.ts'

/** What an archive holds, by the names of its chunks; names sort by age. */
export interface ArchiveNames {
  readonly rows: ReadonlySet<string>
  readonly receipts: readonly string[]
  readonly done: ReadonlySet<string>
  /** Keys of the rows of other tables. */
  readonly withRows: readonly string[]
}

export async function listArchive(store: Store): Promise<ArchiveNames> {
  const names = async (prefix: string): Promise<string[]> => {
    const found: string[] = []
    for await (const { key } of store.list(prefix)) found.push(nameIn(key))
    return found.sort()
  }
  // Rows first: an object that is listed before its receipt is written is none without a receipt.
  const rows = await names('rows/')
  const withRows: string[] = []
  for await (const { key } of store.list('with/')) withRows.push(key)
  const [receipts, done] = await Promise.all(['receipts/', 'done/'].map(names))
  return { rows: new Set(rows), receipts: receipts ?? [], done: new Set(done), withRows }
}

/** Whether the place is of this table. Undefined: there is no archive yet. @throws OpsError where it is another's. */
export async function readMark(store: Store, table: TableName | undefined): Promise<Mark | undefined> {
  const mark = await readRecord(store, markKey, markSchema)
  if (!mark) await refuseOther(store, 'archive')
  if (!mark || !table || (mark.table.database === table.database && mark.table.table === table.table))
    return mark
  throw new OpsError({
    code: 'input',
    title: `${store.url} is the archive of ${tableText(mark.table)}, not of ${tableText(table)}`,
    changed: 'no',
    next: 'Give each table a place of its own with --to.',
  })
}

/** The lock of a run is its server's: two servers in one place would take each other's rows for left over. */
export function checkServer(store: Store, mark: Mark | undefined, state: ServerState): void {
  const owner = mark?.server
  if (!mark || !owner) return
  const isSameUid = owner.uid === undefined || state.uid === undefined || owner.uid === state.uid
  if (owner.id === state.ownId && isSameUid) return
  throw inputError(
    `${store.url} is the archive of ${tableText(mark.table)} of another server, ${owner.name}; this one is ${serverText(state)}`,
    { next: 'Choose another folder with --to for this server: each server needs a place of its own.' },
  )
}

/** Says whose place it is, once. */
export async function writeMark(
  store: Store,
  table: TableName,
  state: ServerState,
  now: Date,
): Promise<void> {
  const { database, table: name } = table
  const mark: Mark = {
    format: archiveFormat,
    table: { database, table: name },
    server: { name: serverText(state), id: state.ownId, ...(state.uid !== undefined && { uid: state.uid }) },
    createdAt: now.toISOString(),
  }
  await putProved(store, markKey, jsonContent(mark))
}

/** @throws OpsError `failed` where it is none of this table and of this name: somebody has copied it here. */
export async function readReceipt(store: Store, name: string, table: TableName): Promise<Receipt> {
  const receipt = await neededRecord(store, receiptKey(name), receiptSchema)
  const own = chunkName(receipt.run, receipt.chunk)
  const isOfTable = tableText(receipt.table) === tableText(table)
  if (isOfTable && own === name && receipt.object === rowsKey(name)) return receipt
  throw new OpsError({
    code: 'failed',
    title: `${store.url}/${receiptKey(name)} is of ${isOfTable ? `the chunk ${own}` : tableText(receipt.table)}, and was copied into this archive of ${tableText(table)}`,
    changed: 'no',
    next: `Move what bears that name (${receiptKey(name)}, ${rowsKey(name)}, ${doneKey(name)}) out of this place: rows of two archives in one place would be taken for one table.`,
  })
}

export function readDone(store: Store, name: string): Promise<Done> {
  return neededRecord(store, doneKey(name), doneSchema)
}

/** A receipt that cannot be read back must not let anything be deleted. */
export async function writeReceipt(store: Store, name: string, receipt: Receipt): Promise<void> {
  await putProved(store, receiptKey(name), jsonContent(receipt))
}

export async function writeDone(store: Store, name: string, done: Done): Promise<void> {
  await putProved(store, doneKey(name), jsonContent(done))
}

/** Six characters that no other run has. */
export function randomName(): string {
  return randomBytes(3).toString('hex')
}
