/**
 * Deletes rows that are saved, and none that differ from what was saved: each batch is locked by its key, judged again by
 * the condition and by its hash, and deleted only if the server says of just that many that it did.
 */
import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { OpsError } from '../../base/errors.ts'
import { type RowColumn, selectList } from '../../mysql/column-sql.ts'
import { guardAccess } from '../../mysql/explain-guard.ts'
import type { Key } from '../../mysql/keys.ts'
import { among, orderByList, type Position } from '../../mysql/keyset.ts'
import { errorNumber, serverErrors } from '../../mysql/mysql-error.ts'
import { rowHash } from '../../mysql/row-hash.ts'
import type { Session } from '../../mysql/session.ts'
import { name, type Sql, sql, trusted } from '../../mysql/sql.ts'
import { type TableName, tableSql, tableText } from '../../mysql/table-name.ts'
import { cellsOf } from '../../mysql/wire-row.ts'
import { deleteChildren, lockChildren, type SavedChildren, stayedChildren } from './delete-children.ts'
import { placeText, type WithChild } from './with-child.ts'

/** A row that is saved: where it is, and what it was. */
export interface SavedRow {
  readonly key: Position
  /** As `rowHash` gives it. */
  readonly hash: string
}

export interface DeleteTarget {
  readonly table: TableName
  readonly key: Key
  /** As they were read for the hash. */
  readonly columns: readonly RowColumn[]
  readonly condition: Sql
  /** Tables whose rows go with those that they refer to. */
  readonly children?: readonly WithChild[]
}

/** What became of saved rows. */
export interface Deleted {
  readonly deleted: number
  /** Not there any more. */
  readonly gone: number
  /** Still there, and not as they were saved, or no longer under the condition. */
  readonly stayed: readonly Position[]
  /** Still there as they were saved: another transaction holds them. */
  readonly locked: readonly Position[]
  /** Still there as they were saved: rows of another table refer to them. */
  readonly referred: readonly Position[]
  /** Still there: rows of a child that refer to them were not saved as they are now. */
  readonly unsaved: readonly Position[]
  /** Rows of each child that went with them. */
  readonly children: readonly number[]
}

const nothing: Deleted = {
  ...{ deleted: 0, gone: 0, stayed: [], locked: [], referred: [], unsaved: [], children: [] },
}

function canSkipLocked({ flavor, number }: Session['version']): boolean {
  return flavor === 'mariadb' ? number >= 100_600 : number >= 80_001
}

function both(one: Deleted, other: Deleted): Deleted {
  return {
    deleted: one.deleted + other.deleted,
    gone: one.gone + other.gone,
    stayed: [...one.stayed, ...other.stayed],
    locked: [...one.locked, ...other.locked],
    referred: [...one.referred, ...other.referred],
    unsaved: [...one.unsaved, ...other.unsaved],
    children: addEach(one.children, other.children),
  }
}

export function addEach(one: readonly number[], other: readonly number[]): readonly number[] {
  const [longer, shorter] = one.length > other.length ? [one, other] : [other, one]
  return longer.map((count, index) => count + (shorter[index] ?? 0))
}

const firstBatch = 500
const mostBatch = 2_000
const targetMs = 250
const lockTries = 3

/** Goes on from one chunk to the next with the batch size that it has learned. */
export class RowDeleter {
  readonly #session: Session
  readonly #target: DeleteTarget
  readonly #keyColumns: readonly RowColumn[]
  #savedChildren: readonly SavedChildren[] = []
  #batch = firstBatch
  #isGuarded = false
  /** The longest that rows were locked, in milliseconds. */
  longestLockMs = 0
  /** Also those of a chunk that failed half-way. */
  deletedRows = 0

  constructor(session: Session, target: DeleteTarget) {
    this.#session = session
    this.#target = target
    this.#keyColumns = target.key.columns.map(column => {
      const found = target.columns.find(each => each.name === column)
      if (!found) throw new RangeError('the key is among the columns')
      return found
    })
  }

  /** `children`: what was saved with these rows, for each child. */
  async delete(rows: readonly SavedRow[], children: readonly SavedChildren[] = []): Promise<Deleted> {
    this.#savedChildren = children
    let all = nothing
    for (let from = 0; from < rows.length; ) {
      const batch = rows.slice(from, from + this.#batch)
      from += batch.length
      all = both(all, await this.#batchOrHalves(batch))
    }
    return all
  }

  /** What another transaction holds is found by halves, so that it holds up nothing else. */
  async #batchOrHalves(batch: readonly SavedRow[], tries = lockTries, skipsLocked = false): Promise<Deleted> {
    try {
      return await this.#deleteBatch(batch, skipsLocked)
    } catch (thrown) {
      const number = errorNumber(thrown)
      const isLock = number === serverErrors.lockWaitTimeout || number === serverErrors.deadlock
      const isReferred = number === serverErrors.foreignKeyParent
      if (!isLock && !isReferred) throw thrown
      if (number === serverErrors.deadlock && tries > 0) {
        await pause(20 + Math.random() * 80)
        return this.#batchOrHalves(batch, tries - 1, skipsLocked)
      }
      // Waited for once: newer servers can leave out what others hold.
      if (number === serverErrors.lockWaitTimeout && !skipsLocked && canSkipLocked(this.#session.version)) {
        return this.#batchOrHalves(batch, tries, true)
      }
      if (batch.length === 1) {
        const keys = batch.map(({ key }) => key)
        return isReferred ? { ...nothing, referred: keys } : { ...nothing, locked: keys }
      }
      const middle = Math.ceil(batch.length / 2)
      const one = await this.#batchOrHalves(batch.slice(0, middle), tries, skipsLocked)
      return both(one, await this.#batchOrHalves(batch.slice(middle), tries, skipsLocked))
    }
  }

  async #deleteBatch(batch: readonly SavedRow[], skipsLocked: boolean): Promise<Deleted> {
    const { table, columns, condition } = this.#target
    const doing = `deleting from ${tableText(table)}`
    const saved = new Map(batch.map(row => [row.hash, row]))
    const select = sql`SELECT ${selectList(columns)} FROM ${this.#from()}
      WHERE ${this.#among(batch)} AND ${condition} FOR UPDATE${trusted(skipsLocked ? ' SKIP LOCKED' : '')}`
    await this.#guard(select, doing)
    const begun = performance.now()
    const deleted = await this.#session.transaction(async () => {
      const same: Position[] = []
      await this.#session.query(select, doing, {
        onRow: row => {
          if (!saved.delete(rowHash(row))) return
          const cells = cellsOf(row)
          const positions = this.#target.key.columns.map(column =>
            columns.findIndex(each => each.name === column),
          )
          same.push(positions.map(index => cells[index] ?? null))
        },
      })
      const children = await this.#lockChildren(same)
      const going = same.filter(place => !children.unsaved.has(placeText(place)))
      const unsaved = same.filter(place => children.unsaved.has(placeText(place)))
      if (going.length === 0) return { ...nothing, unsaved }
      const deletedChildren = await deleteChildren(this.#session, children)
      const { affected } = await this.#session.query(
        // In this order the server finds them by the key; else it would read a small table whole, and wait for locks of others.
        sql`DELETE FROM ${tableSql(table)} WHERE ${among(this.#keyColumns, going)}
          ORDER BY ${orderByList(this.#keyColumns)} LIMIT ${going.length}`,
        doing,
      )
      if (affected !== going.length) {
        throw new OpsError({
          code: 'failed',
          title: `${this.#session.source}: the server deleted ${affected} rows of ${tableText(table)} where ${going.length} were locked`,
          changed: 'no',
          next: 'That batch was rolled back: its rows are still there. Look for a trigger or a rule that changes rows meanwhile.',
        })
      }
      return { ...nothing, deleted: affected, unsaved, children: deletedChildren }
    }, doing)
    this.deletedRows += deleted.deleted
    const milliseconds = performance.now() - begun
    this.longestLockMs = Math.max(this.longestLockMs, milliseconds)
    this.#learn(batch.length, milliseconds)
    return { ...deleted, ...(await this.#missing([...saved.values()], doing)) }
  }

  /** For each child: which of the rows saved with the last chunk are in the table still. */
  async stayedChildren(): Promise<readonly (readonly Position[])[]> {
    const stayed: (readonly Position[])[] = []
    for (const [index, child] of (this.#target.children ?? []).entries()) {
      const saved = this.#savedChildren[index]
      stayed.push(saved === undefined ? [] : await stayedChildren(this.#session, child, saved))
    }
    return stayed
  }

  async #lockChildren(keys: readonly Position[]): ReturnType<typeof lockChildren> {
    const { table, key, columns, children = [] } = this.#target
    return lockChildren(this.#session, { table, key, columns }, children, this.#savedChildren, keys)
  }

  /** Those that were not found as they were saved, or were left out: gone, changed, or held by others. */
  async #missing(
    rows: readonly SavedRow[],
    doing: string,
  ): Promise<Pick<Deleted, 'gone' | 'stayed' | 'locked'>> {
    if (rows.length === 0) return { gone: 0, stayed: [], locked: [] }
    const { columns, condition } = this.#target
    const hashes = new Set<string>()
    let there = 0
    await this.#session.query(
      sql`SELECT (${condition}) IS TRUE, ${selectList(columns)} FROM ${this.#from()} WHERE ${this.#among(rows)}`,
      doing,
      {
        onRow: row => {
          there += 1
          // The first cell is one digit, with its length before it.
          if (row[1] === 0x31) hashes.add(rowHash(row.subarray(2)))
        },
      },
    )
    const locked = rows.filter(({ hash }) => hashes.has(hash)).map(({ key }) => key)
    const others = rows.filter(({ hash }) => !hashes.has(hash))
    if (there === locked.length) return { gone: others.length, stayed: [], locked }
    if (there === rows.length) return { gone: 0, stayed: others.map(({ key }) => key), locked }
    // Which of them: the server alone can tell whether two keys are the same.
    const middle = Math.ceil(rows.length / 2)
    const one = await this.#missing(rows.slice(0, middle), doing)
    const other = await this.#missing(rows.slice(middle), doing)
    return {
      gone: one.gone + other.gone,
      stayed: [...one.stayed, ...other.stayed],
      locked: [...one.locked, ...other.locked],
    }
  }

  #from(): Sql {
    return sql`${tableSql(this.#target.table)} FORCE INDEX (${name(this.#target.key.index)})`
  }

  #among(rows: readonly SavedRow[]): Sql {
    return among(
      this.#keyColumns,
      rows.map(({ key }) => key),
    )
  }

  async #guard(statement: Sql, doing: string): Promise<void> {
    if (this.#isGuarded) return
    const planned = { index: this.#target.key.index, mustBeRange: true }
    this.#isGuarded = await guardAccess(this.#session, statement, planned, doing)
  }

  #learn(rows: number, milliseconds: number): void {
    if (rows < this.#batch) return
    const factor = Math.min(1.5, Math.max(0.2, targetMs / Math.max(1, milliseconds)))
    this.#batch = Math.max(10, Math.min(mostBatch, Math.floor(this.#batch * factor)))
  }
}
