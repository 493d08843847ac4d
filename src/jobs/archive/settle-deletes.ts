/**
 * Deletes what is saved, in the order in which it was saved, when the store has had time to forget it: some confirm an
 * object and lose it seconds later, so it is asked for once more right before the rows go.
 */
import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { proveAgain } from '../../store/prove.ts'
import type { Store } from '../../store/store.ts'
import { writeDone } from './archive-store.ts'
import type { SavedChildren } from './delete-children.ts'
import type { RowDeleter } from './delete-rows.ts'
import { addEach, type Deleted } from './deleted.ts'
import { positionToHex } from './records.ts'
import type { SavedChunk } from './save-chunk.ts'
import type { SavedRowList } from './saved-rows.ts'

/** A saved chunk whose rows are still to be deleted. */
export interface Waiting {
  readonly saved: SavedChunk
  readonly rows: SavedRowList
  /** For each table of `--with`. */
  readonly children: readonly SavedChildren[]
}

/** What came of all of them. */
export interface DeleteTotals {
  readonly deleted: number
  readonly gone: number
  /** Changed after they were saved. */
  readonly stayed: number
  /** Of a table that was altered after they were saved: this run takes them as they are now. */
  readonly reshaped: number
  readonly locked: number
  readonly referred: number
  /** Rows that refer to them were changed or added after they were saved. */
  readonly unsaved: number
  /** Rows of other tables that went with them, for each table of `--with`. */
  readonly children: readonly number[]
}

export const noDeletes: DeleteTotals = {
  ...{ deleted: 0, gone: 0, stayed: 0, reshaped: 0, locked: 0, referred: 0, unsaved: 0, children: [] },
}

export function sumOf(one: DeleteTotals, other: DeleteTotals): DeleteTotals {
  return {
    deleted: one.deleted + other.deleted,
    gone: one.gone + other.gone,
    stayed: one.stayed + other.stayed,
    reshaped: one.reshaped + other.reshaped,
    locked: one.locked + other.locked,
    referred: one.referred + other.referred,
    unsaved: one.unsaved + other.unsaved,
    children: addEach(one.children, other.children),
  }
}

/** A store on this machine does not forget; one behind a network is asked again after this. */
export const trustAfterMs = 7_000

export class DeleteQueue {
  readonly #store: Store
  readonly #deleter: RowDeleter
  readonly #trustMs: number
  readonly #stillLocked: () => Promise<void>
  readonly #onSettled: (rows: SavedRowList, deleted: Deleted) => void
  /** With when each came, by a clock that nobody puts back. */
  readonly #waiting: (Waiting & { readonly cameMs: number })[] = []
  #running: Promise<void> = Promise.resolve()
  #totals = noDeletes

  /** `stillLocked` throws where another run may be at work by now; `onSettled` hears what became of each chunk. */
  constructor(
    store: Store,
    deleter: RowDeleter,
    trustMs: number,
    stillLocked: () => Promise<void>,
    onSettled: (rows: SavedRowList, deleted: Deleted) => void,
  ) {
    this.#onSettled = onSettled
    this.#store = store
    this.#deleter = deleter
    this.#trustMs = trustMs
    this.#stillLocked = stillLocked
  }

  get totals(): DeleteTotals {
    return this.#totals
  }

  /** Takes a chunk, and begins to settle those whose time has come; waits for those of the time before. */
  async add(waiting: Waiting): Promise<void> {
    const cameMs = performance.now()
    await this.#running
    this.#waiting.push({ ...waiting, cameMs })
    this.#running = this.#settleDue()
    // Its failure is told by whoever comes next.
    this.#running.catch(() => undefined)
  }

  async #settleDue(): Promise<void> {
    for (let first = this.#waiting[0]; first && this.#left(first) <= 0; first = this.#waiting[0]) {
      await this.#settle(first)
      this.#waiting.shift()
    }
  }

  /** Waits for the delete that is under way, however it ends: nothing of this queue runs on after that. */
  async quiet(): Promise<void> {
    await this.#running.catch(() => undefined)
  }

  /** Settles the rest. */
  async end(): Promise<void> {
    await this.#running
    for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
      await pause(Math.max(0, this.#left(first)))
      await this.#settle(first)
      this.#waiting.shift()
    }
  }

  #left({ cameMs }: { readonly cameMs: number }): number {
    return cameMs + this.#trustMs - performance.now()
  }

  async #settle({ saved, rows, children }: Waiting): Promise<void> {
    await this.#stillLocked()
    for (const proof of [saved.proof, ...saved.withProofs]) await proveAgain(this.#store, proof)
    const result = await this.#deleter.delete(rows, children)
    this.#onSettled(rows, result)
    const { deleted, gone, stayed, locked, referred, unsaved } = result
    this.#totals = sumOf(this.#totals, {
      deleted,
      gone,
      stayed: stayed.length,
      reshaped: 0,
      locked: locked.length,
      referred: referred.length,
      unsaved: unsaved.length,
      children: result.children,
    })
    const withDone = await this.#deleter.stayedChildren()
    const { run, chunk } = saved.receipt
    await writeDone(this.#store, saved.name, {
      format: 'ops-archive-done/1',
      run,
      chunk,
      deleted,
      gone,
      stayed: [...stayed, ...locked, ...referred, ...unsaved].map(positionToHex),
      ...(withDone.length > 0 && {
        with: withDone.map((each, index) => ({
          deleted: result.children[index] ?? 0,
          stayed: each.map(positionToHex),
        })),
      }),
      doneAt: new Date().toISOString(),
    })
  }
}
