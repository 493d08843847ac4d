/** Saves the chunks of one run one after another, each with its receipt and with the rows of other tables that refer to its own. */
import { RowsHasher } from '../../mysql/row-hash.ts'
import type { Session } from '../../mysql/session.ts'
import type { Store } from '../../store/store.ts'
import { PackedRows } from '../rows/packed-rows.ts'
import type { RowsHeader } from '../rows/rows-file.ts'
import { notOldSql } from './condition.ts'
import { savedChildren } from './delete-children.ts'
import type { ArchivePlan } from './plan.ts'
import { chunkName, positionToHex, serverText } from './records.ts'
import type { ReferredRows } from './referred-rows.ts'
import { refersText } from './referrers.ts'
import { type ReceiptHead, saveChunk, type WithRows } from './save-chunk.ts'
import { type SavedRowList, SavedRows } from './saved-rows.ts'
import type { Waiting } from './settle-deletes.ts'
import { placeText, positionOf, rowsReferring } from './with-child.ts'

export class ChunkSaver {
  readonly #store: Store
  readonly #plan: ArchivePlan
  readonly #source: string
  readonly #run: string
  /** Reads rows of other tables while the next chunk is read. */
  readonly #childSession: Session
  readonly #header: RowsHeader
  readonly #referred: ReferredRows
  #begun = 0
  /** Of those that are proved. */
  chunks = 0
  rows = 0
  storedBytes = 0
  /** Rows that stay and are not saved, by why. */
  readonly leftOut = new Map<string, number>()

  /** `source` and `run` go into receipts. `referred` tells which rows stay whatever is saved of them. */
  constructor(
    store: Store,
    plan: ArchivePlan,
    source: string,
    run: string,
    childSession: Session,
    referred: ReferredRows,
  ) {
    this.#referred = referred
    this.#store = store
    this.#plan = plan
    this.#source = source
    this.#run = run
    this.#childSession = childSession
    const { request, table, key, columns, createTable, state } = plan
    const { fingerprint } = table
    const server = state.version
    this.#header = { table: request.table, columns, key: key.columns, fingerprint, createTable, server }
  }

  /** Answers with what may be deleted, now that it can be proved; undefined: all of them stay, and none is saved. */
  async save(read: PackedRows, onLeftOut: (rows: SavedRowList) => void): Promise<Waiting | undefined> {
    const rows = await this.#withoutReferred(read, onLeftOut)
    if (rows.length === 0) return undefined
    const { columns, key } = this.#plan
    const hasher = new RowsHasher()
    const savedRows = new SavedRows(columns, key)
    for (const row of rows) savedRows.add(row, hasher.add(row))
    this.#begun += 1
    const name = chunkName(this.#run, this.#begun)
    const head = this.#headOf(savedRows)
    const withRows = await this.#withRows(savedRows)
    const saved = await saveChunk(this.#store, name, rows, hasher.digest(), this.#header, head, withRows)
    for (const { sizeBytes } of [saved.receipt, ...(saved.receipt.with ?? [])]) this.storedBytes += sizeBytes
    this.rows += saved.receipt.rows
    this.chunks += 1
    return { saved, rows: savedRows, children: withRows.map(each => savedChildren(each.child, each.rows)) }
  }

  async #withoutReferred(rows: PackedRows, onLeftOut: (rows: SavedRowList) => void): Promise<PackedRows> {
    if (!this.#referred.isAsked) return rows
    const { key, columns, resolved } = this.#plan
    const keys = [...rows].map(row => positionOf(row, { key, columns }))
    // Old rows of the same table may go before those that they refer to.
    const found = await this.#referred.among(keys, notOldSql(resolved.condition))
    if (found.size === 0) return rows
    const going = new PackedRows(rows.bytes)
    for (const [index, place] of keys.entries()) {
      const referrer = found.get(placeText(place))
      if (!referrer) going.add(rows.at(index))
      else this.leftOut.set(refersText(referrer), (this.leftOut.get(refersText(referrer)) ?? 0) + 1)
    }
    onLeftOut(keys.filter(place => found.has(placeText(place))).map(place => ({ key: place, hash: '' })))
    return going
  }

  #headOf(rows: SavedRows): ReceiptHead {
    const { request, table, key, state, resolved } = this.#plan
    return {
      run: this.#run,
      chunk: this.#begun,
      table: request.table,
      source: this.#source,
      server: serverText(state),
      fingerprint: table.fingerprint,
      condition: resolved.condition,
      key: [...key.columns],
      first: positionToHex(rows.slice(0, 1)[0]?.key ?? []),
      last: positionToHex(rows.slice(rows.length - 1, rows.length)[0]?.key ?? []),
      deletes: request.deletes,
    }
  }

  async #withRows(rows: SavedRows): Promise<readonly WithRows[]> {
    const { table, key, columns, children } = this.#plan
    if (children.length === 0) return []
    const keys = rows.slice(0, rows.length).map(each => each.key)
    const found: WithRows[] = []
    for (const child of children)
      found.push({
        child,
        rows: await rowsReferring(this.#childSession, { table, key, columns }, child, keys),
      })
    return found
  }
}
