/** The place of one dump: one listing tells what is there. */
import { inputError } from '../../base/errors.ts'
import type { ServerState } from '../../mysql/server-state.ts'
import { tableText } from '../../mysql/table-name.ts'
import { mapLimited } from '../../run/each-limited.ts'
import { putProved } from '../../store/prove.ts'
import type { Store } from '../../store/store.ts'
import { isStoreError } from '../../store/store-error.ts'
import { serverText } from '../archive/records.ts'
import { jsonContent, neededRecord, readRecord } from '../json-record.ts'
import { refuseOther } from '../place-of.ts'
import {
  type DayName,
  dayNameIn,
  dumpFormat,
  type Mark,
  markKey,
  markSchema,
  type Receipt,
  receiptKey,
  receiptSchema,
} from './records.ts'

/** What a place holds. */
export interface DumpNames {
  /** The newest revision of each day that has a receipt, in the order of days. */
  readonly days: ReadonlyMap<string, number>
  /** All revisions with a receipt. */
  readonly revisions: number
  /** Objects of days for which there is no receipt: of runs that were killed. */
  readonly orphans: readonly string[]
  /** Keys of the receipts whose object the listing shows. */
  readonly withObject: ReadonlySet<string>
  readonly isMarked: boolean
}

/** Every revision of every day. */
export interface DumpRevisions {
  /** In the order of days and revisions. */
  readonly receipts: readonly DayName[]
  readonly orphans: readonly string[]
  /** Keys of the receipts whose object the listing shows. */
  readonly withObject: ReadonlySet<string>
  readonly isMarked: boolean
}

export async function listDump(store: Store): Promise<DumpNames> {
  const { receipts, orphans, withObject, isMarked } = await listRevisions(store)
  return {
    days: new Map(receipts.map(({ day, revision }) => [day, revision])),
    revisions: receipts.length,
    orphans,
    withObject,
    isMarked,
  }
}

export async function listRevisions(store: Store): Promise<DumpRevisions> {
  const objects: { readonly key: string; readonly receipt: string }[] = []
  const receipts: DayName[] = []
  let isMarked = false
  for await (const { key } of store.list('')) {
    isMarked ||= key === markKey
    const found = dayNameIn(key)
    if (found?.isReceipt) receipts.push(found)
    else if (found) objects.push({ key, receipt: receiptKey(found) })
  }
  const known = new Set(receipts.map(receiptKey))
  for (const { receipt } of objects) {
    // A listing may lag behind: the receipt itself is asked for, before a file is taken for left over.
    if (known.has(receipt) || (await store.head(receipt)) === undefined) continue
    known.add(receipt)
    const hidden = dayNameIn(receipt)
    if (hidden) receipts.push(hidden)
  }
  receipts.sort((one, other) => one.day.localeCompare(other.day) || one.revision - other.revision)
  return {
    receipts,
    orphans: objects.filter(({ receipt }) => !known.has(receipt)).map(({ key }) => key),
    withObject: new Set(objects.map(({ receipt }) => receipt)),
    isMarked,
  }
}

/** So many records are asked for at once. */
export const readAtOnce = 16

/** Receipts of the newest revisions whose file is gone. A listing may lag behind: each file that it hides is asked for by its name. */
export async function withoutFile(
  store: Store,
  { days, withObject }: Pick<DumpNames, 'days' | 'withObject'>,
  isWanted: (day: string) => boolean,
): Promise<readonly Receipt[]> {
  const names = [...days].map(([day, revision]) => ({ day, revision }))
  const hidden = names.filter(name => isWanted(name.day) && !withObject.has(receiptKey(name)))
  const gone = await mapLimited(hidden, readAtOnce, async name => {
    const receipt = await readReceipt(store, name)
    return (await store.head(receipt.object)) === undefined ? receipt : undefined
  })
  return gone.filter(each => each !== undefined)
}

export function readReceipt(store: Store, name: DayName): Promise<Receipt> {
  return neededRecord(store, receiptKey(name), receiptSchema)
}

export async function writeReceipt(store: Store, receipt: Receipt): Promise<void> {
  await putProved(store, receiptKey(receipt), jsonContent(receipt))
}

/** Undefined: there is no dump yet. @throws OpsError where it is the place of an archive. */
export async function readMark(store: Store): Promise<Mark | undefined> {
  const mark = await readRecord(store, markKey, markSchema)
  if (!mark) await refuseOther(store, 'dump')
  return mark
}

/** @throws OpsError `input` where there is no dump. */
export async function existingMark(store: Store): Promise<Mark> {
  const mark = await readMark(store)
  if (mark) return mark
  throw inputError(`there is no dump in ${store.url}`, {
    next: 'Name the place that `ops db dump ... --to` was given.',
  })
}

/** What a run wants a place to be of. */
export type Owner = Pick<Mark, 'table' | 'by' | 'zone'>

/** @throws OpsError `input` where it is the place of something else. */
export function checkMark(store: Store, mark: Mark, owner: Owner, state: ServerState): void {
  const next = 'Give each table, column, zone and server a place of its own with --to.'
  const refuse = (what: string): never => {
    throw inputError(`${store.url} is the dump of ${what}`, { next })
  }
  if (tableText(mark.table) !== tableText(owner.table))
    refuse(`${tableText(mark.table)}, not of ${tableText(owner.table)}`)
  if (mark.by !== owner.by) refuse(`${tableText(mark.table)} by ${mark.by}, not by ${owner.by}`)
  if (mark.zone !== owner.zone)
    refuse(`${tableText(mark.table)} in days of ${mark.zone}, not of ${owner.zone}`)
  const { id, uid, name } = mark.server
  if (id !== state.ownId || (uid !== undefined && state.uid !== undefined && uid !== state.uid))
    refuse(`${tableText(mark.table)} of another server, ${name}; this one is ${serverText(state)}`)
}

/** Says whose place it is, once: of shards that begin together the first one does. */
export async function writeMark(store: Store, owner: Owner, state: ServerState, now: Date): Promise<void> {
  const { database, table } = owner.table
  const mark: Mark = {
    format: dumpFormat,
    table: { database, table },
    by: owner.by,
    zone: owner.zone,
    server: { name: serverText(state), id: state.ownId, ...(state.uid !== undefined && { uid: state.uid }) },
    createdAt: now.toISOString(),
  }
  try {
    await putProved(store, markKey, jsonContent(mark))
  } catch (thrown) {
    const other = isStoreError(thrown, 'taken') && (await readMark(store))
    if (!other) throw thrown
    checkMark(store, other, owner, state)
  }
}
