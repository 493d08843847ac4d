/** The records of one archive in its store: read, written, listed. */
import { randomBytes } from 'node:crypto'
import type { z } from 'zod'
import { inputError, OpsError } from '../../base/errors.ts'
import { type TableName, tableText } from '../../mysql/catalog.ts'
import type { ServerState } from '../../mysql/server-state.ts'
import { contentOf } from '../../store/content.ts'
import { putProved } from '../../store/prove.ts'
import type { Store } from '../../store/store.ts'
import {
  archiveFormat,
  type Done,
  doneKey,
  doneSchema,
  type Mark,
  markKey,
  markSchema,
  nameIn,
  parseRecord,
  type Receipt,
  receiptKey,
  receiptSchema,
  serverText,
} from './records.ts'

const largestRecordBytes = 64 * 1024 * 1024

/** What an archive holds, by the names of its chunks; names sort by age. */
export interface ArchiveNames {
  readonly rows: ReadonlySet<string>
  readonly receipts: readonly string[]
  readonly done: ReadonlySet<string>
}

export async function listArchive(store: Store): Promise<ArchiveNames> {
  const names = async (prefix: string): Promise<string[]> => {
    const found: string[] = []
    for await (const { key } of store.list(prefix)) found.push(nameIn(key))
    return found.sort()
  }
  // Rows first: an object that is listed before its receipt is written is none without a receipt.
  const rows = await names('rows/')
  const [receipts, done] = await Promise.all(['receipts/', 'done/'].map(names))
  return { rows: new Set(rows), receipts: receipts ?? [], done: new Set(done) }
}

/** Whether the place is of this table. Undefined: there is no archive yet. @throws OpsError where it is another's. */
export async function readMark(store: Store, table: TableName | undefined): Promise<Mark | undefined> {
  const mark = await readRecord(store, markKey, markSchema)
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

export function readReceipt(store: Store, name: string): Promise<Receipt> {
  return needed(store, receiptKey(name), receiptSchema)
}

export function readDone(store: Store, name: string): Promise<Done> {
  return needed(store, doneKey(name), doneSchema)
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

function jsonContent(value: unknown): ReturnType<typeof contentOf> {
  return contentOf(`${JSON.stringify(value, undefined, 1)}\n`)
}

async function needed<Schema extends z.ZodType>(
  store: Store,
  key: string,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const record = await readRecord(store, key, schema)
  if (record !== undefined) return record
  throw new OpsError({
    code: 'failed',
    title: `${store.url}/${key} is gone`,
    changed: 'no',
    next: 'Put it back from a version or a copy of the store.',
  })
}

async function readRecord<Schema extends z.ZodType>(
  store: Store,
  key: string,
  schema: Schema,
): Promise<z.infer<Schema> | undefined> {
  if ((await store.head(key)) === undefined) return undefined
  const { body } = await store.get(key)
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of body as AsyncIterable<Buffer>) {
    size += piece.length
    if (size > largestRecordBytes) throw new Error(`${key} is larger than any record`)
    pieces.push(piece)
  }
  return parseRecord(schema, Buffer.concat(pieces).toString('utf8'), `${store.url}/${key}`)
}
