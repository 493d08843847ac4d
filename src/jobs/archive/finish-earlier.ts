/** Finishes what earlier runs began: rows that they saved and did not get to delete, and objects without a receipt. */

import { inputError } from '../../base/errors.ts'
import { readTable, type Table } from '../../mysql/catalog.ts'
import type { RowColumn } from '../../mysql/column-sql.ts'
import { hasShape } from '../../mysql/columns.ts'
import type { Governor } from '../../mysql/governor.ts'
import { readGrants } from '../../mysql/grants.ts'
import { type Key, namingKey } from '../../mysql/keys.ts'
import type { Position } from '../../mysql/keyset.ts'
import { rowHash } from '../../mysql/row-hash.ts'
import type { Session } from '../../mysql/session.ts'
import { type TableName, tableText } from '../../mysql/table-name.ts'
import { cellsOf, type WireRow } from '../../mysql/wire-row.ts'
import type { Proof } from '../../store/prove.ts'
import type { Store } from '../../store/store.ts'
import type { RowsHeader } from '../rows/rows-file.ts'
import { readReceipt, writeDone } from './archive-store.ts'
import { conditionSql } from './condition.ts'
import { type SavedChildren, savedChildren, stayedChildren, stillThere } from './delete-children.ts'
import { RowDeleter } from './delete-rows.ts'
import { archiveGuard, type SavedRow } from './delete-target.ts'
import type { EarlierStays } from './earlier-stays.ts'
import type { Unfinished } from './plan.ts'
import { readSaved } from './read-saved.ts'
import { positionToHex, type Receipt, type WithReceipt } from './records.ts'
import { readReferrers } from './referrers.ts'
import { DeleteQueue, type DeleteTotals, noDeletes } from './settle-deletes.ts'
import { columnsOfKey, type WithChild } from './with-child.ts'

interface FinishContext {
  /** Throws where another run may be at work by now. */
  readonly stillLocked: () => Promise<void>
  readonly governor: Governor
  /** Hears of the rows that stay. */
  readonly stays: EarlierStays
}

/** One chunk of an earlier run: the object is read whole again, its rows are judged and deleted as at first. `failure`: what stopped its deletes half-way. */
export async function finishChunk(
  session: Session,
  store: Store,
  table: Table,
  { name }: Unfinished,
  { stillLocked, governor, stays }: FinishContext,
): Promise<DeleteTotals & { readonly failure?: unknown }> {
  const receipt = await readReceipt(store, name, table)
  let header: RowsHeader | undefined
  const rows: WireRow[] = []
  const proof = await readSaved(store, { receipt, done: undefined }, receipt, {
    header: found => {
      header = found
    },
    row: row => rows.push(row),
  })
  const columns = header?.columns ?? []
  const { key, isUnique } = keyOfReceipt(receipt, table, columns)
  const saved = rows.map(row => savedRow(row, columns, key))
  const earlier: EarlierChild[] = []
  for (const each of receipt.with ?? []) earlier.push(await readEarlierChild(session, store, receipt, each))
  const isAltered = !isUnique || !hasShape(table, receipt.fingerprint)
  if (isAltered || earlier.some(each => each.isAltered)) {
    return leaveToThisRun(session, store, table, { name, receipt, rows: saved, columns, key, earlier })
  }
  const children = earlier.map(({ child }) => child)
  const condition = conditionSql(receipt.condition)
  const guard = archiveGuard(table, key, children, { deletes: true })
  const referrers = await readReferrers(session, table, children, await readGrants(session))
  const target = { table, key, columns, children, referrers, condition }
  const deleter = new RowDeleter(session, target, guard, governor)
  const queue = new DeleteQueue(store, deleter, 0, stillLocked, (_rows, deleted) =>
    stays.add(key, columns, deleted),
  )
  const withProofs = earlier.map(each => each.proof)
  try {
    await queue.add({
      saved: { name, receipt, proof, withProofs },
      rows: saved,
      children: earlier.map(each => each.saved),
    })
    await queue.end()
  } catch (failure) {
    await queue.quiet()
    return {
      ...queue.totals,
      deleted: deleter.deletedRows,
      failure: await guard.reasonOf(session, failure),
    }
  }
  return queue.totals
}

interface OfAnotherShape {
  readonly name: string
  readonly receipt: Receipt
  readonly rows: readonly SavedRow[]
  readonly columns: readonly RowColumn[]
  readonly key: Key
  readonly earlier: readonly EarlierChild[]
}

/** What an earlier run saved of another table. */
interface EarlierChild {
  readonly child: WithChild & { readonly looked: Table }
  readonly saved: SavedChildren
  readonly proof: Proof
  /** It has another shape by now, or another key. */
  readonly isAltered: boolean
}

async function readEarlierChild(
  session: Session,
  store: Store,
  of: Receipt,
  receipt: WithReceipt,
): Promise<EarlierChild> {
  const table = await readTable(session, receipt.table)
  let columns: readonly RowColumn[] = []
  const rows: WireRow[] = []
  const proof = await readSaved(store, { receipt: of, done: undefined }, receipt, {
    header: header => {
      columns = header.columns
    },
    row: row => rows.push(row),
  })
  const { key, isUnique } = keyOfReceipt(receipt, table, columns)
  const child = { looked: table, table: receipt.table, key, columns, link: receipt.link }
  const saved = savedChildren(child, rows)
  return { child, saved, proof, isAltered: !isUnique || !hasShape(table, receipt.fingerprint) }
}

/** A place by `keyOfReceipt` begins with the key of the receipt. */
function keyToHex(place: Position, receipt: Pick<Receipt, 'key'> | undefined): (string | null)[] {
  return positionToHex(place.slice(0, receipt?.key.length))
}

/** The table was altered since: no row can be compared with what was saved of it, so those that are there are saved anew. */
async function leaveToThisRun(
  session: Session,
  store: Store,
  table: Table,
  { name, receipt, rows, columns, key, earlier }: OfAnotherShape,
): Promise<DeleteTotals> {
  for (const { child } of [{ child: { table, key } }, ...earlier])
    await checkKeyIsThere(session, name, child.table, child.key)
  const places = rows.map(row => row.key)
  const there = await stillThere(session, table, columnsOfKey(key, columns), places)
  const withDone = []
  for (const [index, { child, saved }] of earlier.entries()) {
    const stayed = await stayedChildren(session, child, saved)
    withDone.push({ deleted: 0, stayed: stayed.map(place => keyToHex(place, receipt.with?.[index])) })
  }
  const gone = rows.length - there.length
  const { run, chunk } = receipt
  await writeDone(store, name, {
    format: 'ops-archive-done/1',
    run,
    chunk,
    deleted: 0,
    gone,
    stayed: there.map(place => keyToHex(place, receipt)),
    ...(withDone.length > 0 && { with: withDone }),
    doneAt: new Date().toISOString(),
  })
  return { ...noDeletes, gone, reshaped: there.length }
}

/** Where a column of the key has another name, nobody can tell which rows are there still. */
async function checkKeyIsThere(
  session: Session,
  chunk: string,
  name: TableName,
  { columns: key }: Key,
): Promise<void> {
  const { columns } = await readTable(session, name)
  const missing = key.filter(column => columns.every(each => each.name !== column))
  if (missing.length === 0) return
  throw inputError(
    `${tableText(name)} has no column ${missing.join(', ')} any more, by which ${chunk} of an earlier run names its rows`,
    {
      detail:
        'That run was killed before it had deleted what it saved, and now nobody can tell which of its rows are in the table still.',
      next: `Give the column its old name back, run this once, and rename it again then.`,
    },
  )
}

/** What is kept of a row until it may be deleted. */
export function savedRow(
  row: WireRow,
  columns: readonly RowColumn[],
  key: Key,
  hash: string = rowHash(row),
): SavedRow {
  const cells = cellsOf(row)
  const places = key.columns.map(column => cells[columns.findIndex(each => each.name === column)] ?? null)
  return { key: places.map(cell => (cell === null ? null : Buffer.from(cell))), hash }
}

/**
 * The index may have got another name since. Where none holds any more that the key is of one row, others may bear it by now:
 * the columns that name each row today are looked at as well, as far as they were saved.
 */
function keyOfReceipt(
  { key }: Pick<Receipt, 'key'>,
  table: Table,
  saved: readonly RowColumn[],
): { readonly key: Key; readonly isUnique: boolean } {
  const same = table.indexes.find(
    index =>
      index.isUnique &&
      !index.isIgnored &&
      index.columns.every(column => !column.isPrefix) &&
      index.columns.map(column => column.name).join('\0') === key.join('\0'),
  )
  if (same) return { key: { index: same.name, columns: key }, isUnique: true }
  const named = namingKey(table)
  const more = (named?.columns ?? []).filter(
    column => !key.includes(column) && saved.some(each => each.name === column),
  )
  return { key: { index: named?.index ?? 'PRIMARY', columns: [...key, ...more] }, isUnique: false }
}

/** Objects that no receipt names: a run was killed between the two, and their rows were never deleted. */
export function orphans(rows: ReadonlySet<string>, receipts: readonly string[]): readonly string[] {
  const known = new Set(receipts)
  return [...rows].filter(name => !known.has(name))
}
