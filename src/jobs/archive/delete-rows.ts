/**
 * Deletes rows that are saved, and none that differ from what was saved: each batch is locked by its key, judged again by
 * the condition and by its hash, and deleted only if the server says of just that many that it did.
 */
import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { OpsError } from '../../base/errors.ts'
import { type RowColumn, selectList } from '../../mysql/column-sql.ts'
import { guardAccess, OtherAccess } from '../../mysql/explain-guard.ts'
import type { Governor } from '../../mysql/governor.ts'
import { among, orderByList, type Position } from '../../mysql/keyset.ts'
import { errorNumber, serverErrors } from '../../mysql/mysql-error.ts'
import { rowHash } from '../../mysql/row-hash.ts'
import type { Session } from '../../mysql/session.ts'
import type { ShapeGuard } from '../../mysql/shape-guard.ts'
import { type Sql, sql, trusted } from '../../mysql/sql.ts'
import { tableSql, tableText } from '../../mysql/table-name.ts'
import { cellsOf } from '../../mysql/wire-row.ts'
import { DeleteBatchSize } from './delete-batch-size.ts'
import { deleteChildren, lockChildren, type SavedChildren, stayedChildren } from './delete-children.ts'
import { amongSaved, type DeleteTarget, fromTarget, keyColumnsOf, type SavedRow } from './delete-target.ts'
import { both, type Deleted, nothing } from './deleted.ts'
import { missingRows } from './missing-rows.ts'
import { ReferredRows } from './referred-rows.ts'
import type { SavedRowList } from './saved-rows.ts'
import { placeText } from './with-child.ts'

const lockTries = 3

function canSkipLocked({ flavor, number }: Session['version']): boolean {
  return flavor === 'mariadb' ? number >= 100_600 : number >= 80_001
}

/** So few are looked up wherever that makes sense. */
const fewRows = 10

type Turn = Pick<Governor, 'turn' | 'isShared'>

/** Goes on from one chunk to the next with the batch size that it has learned. */
export class RowDeleter {
  readonly #session: Session
  readonly #target: DeleteTarget
  readonly #guard: ShapeGuard
  readonly #keyColumns: readonly RowColumn[]
  #savedChildren: readonly SavedChildren[] = []
  readonly #batch: DeleteBatchSize
  readonly #governor: Turn | undefined
  #isGuarded = false
  readonly #referred: ReferredRows
  /** The longest that rows were locked, in milliseconds. */
  longestLockMs = 0
  /** Also those of a chunk that failed half-way. */
  deletedRows = 0

  /**
   * `guard`: of the table and its children, as they were when the rows were saved. Each batch is a turn of the governor.
   */
  constructor(session: Session, target: DeleteTarget, guard: ShapeGuard, governor?: Turn) {
    this.#session = session
    this.#governor = governor
    this.#batch = new DeleteBatchSize(() => governor?.isShared ?? false)
    this.#target = target
    this.#guard = guard
    this.#keyColumns = keyColumnsOf(target)
    this.#referred = new ReferredRows(session, target, target.referrers ?? [], governor)
  }

  /** `children`: what was saved with these rows, for each child. */
  async delete(rows: SavedRowList, children: readonly SavedChildren[] = []): Promise<Deleted> {
    this.#savedChildren = children
    let all = nothing
    for (let from = 0; from < rows.length; ) {
      const batch = rows.slice(from, from + this.#batch.rows)
      from += batch.length
      all = both(all, await this.#batchOrHalves(batch))
    }
    return all
  }

  /** What another transaction holds is found by halves, so that it holds up nothing else. */
  async #batchOrHalves(batch: readonly SavedRow[], tries = lockTries, skipsLocked = false): Promise<Deleted> {
    try {
      const work = (): Promise<Deleted> =>
        this.#guard.during(this.#session, () => this.#deleteBatch(batch, skipsLocked))
      return await (this.#governor ? this.#governor.turn(work) : work())
    } catch (thrown) {
      const number = errorNumber(thrown)
      const isLock = number === serverErrors.lockWaitTimeout || number === serverErrors.deadlock
      const isReferred = number === serverErrors.foreignKeyParent
      // Of a small table whose columns are all in the key a server would rather read the whole key than look up many rows.
      const isTooMany = thrown instanceof OtherAccess && batch.length > fewRows
      if (!isLock && !isReferred && !isTooMany) throw thrown
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
      const apart = isReferred ? await this.#withoutReferred(batch) : undefined
      if (apart) return apart
      const middle = Math.ceil(batch.length / 2)
      const one = await this.#batchOrHalves(batch.slice(0, middle), tries, skipsLocked)
      return both(one, await this.#batchOrHalves(batch.slice(middle), tries, skipsLocked))
    }
  }

  /** The server says which of them others refer to, and the rest goes. Undefined: it knows of none, or cannot be asked. */
  async #withoutReferred(batch: readonly SavedRow[]): Promise<Deleted | undefined> {
    let all = nothing
    for (let rest = batch; ; ) {
      const found = await this.#referred.among(rest.map(({ key }) => key))
      const isReferred = ({ key }: SavedRow): boolean => found.has(placeText(key))
      const [free, kept] = [rest.filter(row => !isReferred(row)), rest.filter(isReferred)]
      if (kept.length === 0 && rest === batch) return undefined
      const done = free.length === 0 ? nothing : await this.#batchOrHalves(free)
      all = both(all, done)
      // Where those that referred to them were of this table, they may be free by now.
      if (kept.length === 0) return all
      if (done.deleted === 0 || !this.#referred.isSelfReferring)
        return both(all, { ...nothing, referred: kept.map(({ key }) => key) })
      rest = kept
    }
  }

  async #deleteBatch(batch: readonly SavedRow[], skipsLocked: boolean): Promise<Deleted> {
    const { table, columns, condition } = this.#target
    const doing = `deleting from ${tableText(table)}`
    const saved = new Map(batch.map(row => [row.hash, row]))
    const select = sql`SELECT ${selectList(columns)} FROM ${fromTarget(this.#target)}
      WHERE ${amongSaved(this.#target, batch)} AND ${condition} FOR UPDATE${trusted(skipsLocked ? ' SKIP LOCKED' : '')}`
    await this.#checkAccess(select, doing)
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
      // The locks hold off an ALTER; a foreign key can be made beside them.
      await this.#guard.shapes(this.#session)
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
      await this.#guard.effects(this.#session)
      return { ...nothing, deleted: affected, unsaved, children: deletedChildren }
    }, doing)
    this.deletedRows += deleted.deleted
    const milliseconds = performance.now() - begun
    this.longestLockMs = Math.max(this.longestLockMs, milliseconds)
    this.#batch.learn(batch.length, milliseconds)
    return { ...deleted, ...(await missingRows(this.#session, this.#target, [...saved.values()], doing)) }
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

  async #checkAccess(statement: Sql, doing: string): Promise<void> {
    if (this.#isGuarded) return
    const planned = { index: this.#target.key.index, mustBeRange: true }
    this.#isGuarded = await guardAccess(this.#session, statement, planned, doing)
  }
}
