/** Reads the rows of an archived chunk back, checked against its receipt. */
import type { RowColumn } from '../../mysql/column-sql.ts'
import type { WireRow } from '../../mysql/wire-row.ts'
import type { Store } from '../../store/store.ts'
import type { ArchivedChunk } from './chunks-of.ts'
import { savedRow } from './finish-earlier.ts'
import { readSaved } from './read-saved.ts'

/** The rows of one chunk. */
export interface ArchivedRows {
  readonly rows: readonly WireRow[]
  readonly bytes: number
  readonly columns: readonly RowColumn[]
}

/** Without the rows that were changed later and stayed in the table. */
export async function readArchived(store: Store, chunk: ArchivedChunk): Promise<ArchivedRows> {
  const { receipt, done } = chunk
  const rows: WireRow[] = []
  let columns: readonly RowColumn[] = []
  let bytes = 0
  const stayed = new Set(done?.stayed.map(key => JSON.stringify(key)) ?? [])
  const key = { index: '', columns: receipt.key }
  await readSaved(store, chunk, receipt, {
    header: header => {
      columns = header.columns
    },
    row: row => {
      bytes += row.length
      if (stayed.size > 0) {
        const hex = savedRow(row, columns, key).key.map(cell => cell?.toString('hex') ?? null)
        if (stayed.has(JSON.stringify(hex))) return
      }
      rows.push(row)
    },
  })
  return { rows, bytes, columns }
}
