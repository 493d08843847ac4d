/** Finishes what earlier runs began: rows that they saved and did not get to delete, and objects without a receipt. */
import type { Table } from '../../mysql/catalog.ts'
import type { RowColumn } from '../../mysql/column-sql.ts'
import type { Key } from '../../mysql/keys.ts'
import { rowHash } from '../../mysql/row-hash.ts'
import type { Session } from '../../mysql/session.ts'
import { cellsOf, type WireRow } from '../../mysql/wire-row.ts'
import type { Store } from '../../store/store.ts'
import type { RowsHeader } from '../rows/rows-file.ts'
import { readReceipt } from './archive-store.ts'
import { conditionSql } from './condition.ts'
import { RowDeleter, type SavedRow } from './delete-rows.ts'
import type { Unfinished } from './plan.ts'
import type { Receipt } from './records.ts'
import { readBack } from './save-chunk.ts'
import { DeleteQueue, type DeleteTotals } from './settle-deletes.ts'

/** One chunk of an earlier run: the object is read whole again, its rows are judged and deleted as at first. */
export async function finishChunk(
  session: Session,
  store: Store,
  table: Table,
  { name }: Unfinished,
  stillLocked: () => Promise<void>,
): Promise<DeleteTotals> {
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
  const queue = new DeleteQueue(store, deleter, 0, stillLocked)
  await queue.add({ saved: { name, receipt, proof }, rows: rows.map(row => savedRow(row, columns, key)) })
  await queue.end()
  return queue.totals
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
