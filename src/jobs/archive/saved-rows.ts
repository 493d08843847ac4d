/** What is kept of saved rows until they may be deleted, in little memory: a store behind a network is given seconds to forget. */
import type { RowColumn } from '../../mysql/column-sql.ts'
import type { Key } from '../../mysql/keys.ts'
import { hashBytes } from '../../mysql/row-hash.ts'
import { cellsOf, rowOf, type WireRow } from '../../mysql/wire-row.ts'
import { PackedRows } from '../rows/packed-rows.ts'
import type { SavedRow } from './delete-target.ts'

/** An array is one too. */
export interface SavedRowList {
  readonly length: number
  slice(from: number, to: number): readonly SavedRow[]
}

export class SavedRows implements SavedRowList {
  /** As rows of the hash and the cells of the key. */
  readonly #rows = new PackedRows()
  readonly #keyAt: readonly number[]

  constructor(columns: readonly RowColumn[], key: Key) {
    this.#keyAt = key.columns.map(column => columns.findIndex(each => each.name === column))
  }

  get length(): number {
    return this.#rows.length
  }

  add(row: WireRow, hash: string): void {
    const cells = cellsOf(row)
    this.#rows.add(rowOf([Buffer.from(hash, 'latin1'), ...this.#keyAt.map(index => cells[index] ?? null)]))
  }

  slice(from: number, to: number): readonly SavedRow[] {
    const saved: SavedRow[] = []
    for (let index = from; index < Math.min(to, this.length); index++) {
      const [hash, ...key] = cellsOf(this.#rows.at(index))
      saved.push({ key, hash: hash?.toString('latin1', 0, hashBytes) ?? '' })
    }
    return saved
  }
}
