/** Finishes what earlier runs began: rows that they saved and did not get to delete, and objects without a receipt. */
import { type Table, tableSql, tableText } from '../../mysql/catalog.ts'
import type { RowColumn } from '../../mysql/column-sql.ts'
import type { Key } from '../../mysql/keys.ts'
import { among, placeList } from '../../mysql/keyset.ts'
import { rowHash } from '../../mysql/row-hash.ts'
import type { Session } from '../../mysql/session.ts'
import { sql } from '../../mysql/sql.ts'
import { cellsOf, type WireRow } from '../../mysql/wire-row.ts'
import type { Store } from '../../store/store.ts'
import type { RowsHeader } from '../rows/rows-file.ts'
import { readReceipt, writeDone } from './archive-store.ts'
import { conditionSql } from './condition.ts'
import { RowDeleter, type SavedRow } from './delete-rows.ts'
import type { Unfinished } from './plan.ts'
import { positionToHex, type Receipt } from './records.ts'
import { readBack } from './save-chunk.ts'
import { DeleteQueue, type DeleteTotals, noDeletes } from './settle-deletes.ts'

/** One chunk of an earlier run: the object is read whole again, its rows are judged and deleted as at first. `failure`: what stopped its deletes half-way. */
export async function finishChunk(
  session: Session,
  store: Store,
  table: Table,
  { name }: Unfinished,
  stillLocked: () => Promise<void>,
): Promise<DeleteTotals & { readonly failure?: unknown }> {
  const receipt = await readReceipt(store, name)
  let header: RowsHeader | undefined
  const rows: WireRow[] = []
  const proof = await readBack(store, receipt.object, receipt, receipt, {
    header: found => {
      header = found
    },
    row: row => rows.push(row),
  })
  const columns = header?.columns ?? []
  const key = keyOfReceipt(receipt, table)
  const deleter = new RowDeleter(session, { table, key, columns, condition: conditionSql(receipt.condition) })
  const saved = rows.map(row => savedRow(row, columns, key))
  if (table.fingerprint !== receipt.fingerprint) {
    return leaveToThisRun(session, store, table, { name, receipt, rows: saved, columns, key })
  }
  const queue = new DeleteQueue(store, deleter, 0, stillLocked)
  try {
    await queue.add({ saved: { name, receipt, proof }, rows: saved })
    await queue.end()
  } catch (failure) {
    await queue.quiet()
    return { ...queue.totals, deleted: deleter.deletedRows, failure }
  }
  return queue.totals
}

interface OfAnotherShape {
  readonly name: string
  readonly receipt: Receipt
  readonly rows: readonly SavedRow[]
  readonly columns: readonly RowColumn[]
  readonly key: Key
}

/** The table was altered since: no row can be compared with what was saved of it, so those that are there are saved anew. */
async function leaveToThisRun(
  session: Session,
  store: Store,
  table: Table,
  { name, receipt, rows, columns, key }: OfAnotherShape,
): Promise<DeleteTotals> {
  const keyColumns = key.columns.flatMap(column => columns.find(each => each.name === column) ?? [])
  const doing = `reading ${tableText(table)}`
  const present = async (some: readonly SavedRow[]): Promise<readonly SavedRow[]> => {
    if (some.length === 0) return []
    const places = some.map(row => row.key)
    const found = await session.cells(
      sql`SELECT ${placeList(keyColumns)} FROM ${tableSql(table)} WHERE ${among(keyColumns, places)}`,
      doing,
    )
    if (found.length === 0 || found.length === some.length) return found.length === 0 ? [] : some
    const middle = Math.ceil(some.length / 2)
    return [...(await present(some.slice(0, middle))), ...(await present(some.slice(middle)))]
  }
  const there = await present(rows)
  const gone = rows.length - there.length
  const { run, chunk } = receipt
  await writeDone(store, name, {
    format: 'ops-archive-done/1',
    run,
    chunk,
    deleted: 0,
    gone,
    stayed: there.map(row => positionToHex(row.key)),
    doneAt: new Date().toISOString(),
  })
  return { ...noDeletes, gone, stayed: there.length }
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

/** The index may have got another name since. */
function keyOfReceipt({ key }: Receipt, { indexes }: Table): Key {
  const same = indexes.find(
    index => index.isUnique && index.columns.map(column => column.name).join('\0') === key.join('\0'),
  )
  return { index: same?.name ?? 'PRIMARY', columns: key }
}

/** Objects that no receipt names: a run was killed between the two, and their rows were never deleted. */
export function orphans(rows: ReadonlySet<string>, receipts: readonly string[]): readonly string[] {
  const known = new Set(receipts)
  return [...rows].filter(name => !known.has(name))
}
