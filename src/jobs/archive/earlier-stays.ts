/** Rows that an earlier run saved and that stayed when this one went on with its deletes: this run may come by them again, and take them. */
import type { Table } from '../../mysql/catalog.ts'
import type { RowColumn } from '../../mysql/column-sql.ts'
import type { Key } from '../../mysql/keys.ts'
import type { Position } from '../../mysql/keyset.ts'
import type { Session } from '../../mysql/session.ts'
import { stillThere } from './delete-children.ts'
import type { Deleted } from './deleted.ts'
import { positionToHex } from './records.ts'
import type { SavedRowList } from './saved-rows.ts'
import type { DeleteTotals } from './settle-deletes.ts'
import { columnsOfKey } from './with-child.ts'

const reasons = ['stayed', 'locked', 'referred', 'unsaved'] as const
type Reason = (typeof reasons)[number]

/** Of one chunk. */
interface Stays {
  readonly key: Key
  readonly keyColumns: readonly RowColumn[]
  /** Each under its name. */
  readonly places: Map<string, { readonly place: Position; readonly reason: Reason }>
}

const askedAtOnce = 500

export class EarlierStays {
  readonly #chunks: Stays[] = []

  /** `columns`: as they were saved. */
  add(key: Key, columns: readonly RowColumn[], deleted: Deleted): void {
    const found = reasons.flatMap(reason => deleted[reason].map(place => ({ place, reason })))
    if (found.length === 0) return
    const places = new Map(found.map(each => [nameOf(each.place), each]))
    this.#chunks.push({ key, keyColumns: columnsOfKey(key, columns), places })
  }

  /** What becomes of these rows is told by whoever settled them now. */
  settled(key: Key, rows: SavedRowList): void {
    const chunks = this.#chunks.filter(each => each.key.columns.join('\0') === key.columns.join('\0'))
    if (chunks.length === 0) return
    for (const { key: place } of rows.slice(0, rows.length)) {
      const name = nameOf(place)
      for (const { places } of chunks) places.delete(name)
    }
  }

  /** How many of the others stayed, for each reason. */
  seen(): Pick<DeleteTotals, Reason> {
    return countsOf(this.#chunks.flatMap(({ places }) => [...places.values()]))
  }

  /** How many of them are in the table now: a key may be there as other bytes, which the server takes for the same. */
  async there(session: Session, table: Table): Promise<Pick<DeleteTotals, Reason>> {
    const found: { readonly reason: Reason }[] = []
    for (const { keyColumns, places } of this.#chunks) {
      for (const reason of reasons) {
        const all = [...places.values()].filter(each => each.reason === reason).map(({ place }) => place)
        for (let from = 0; from < all.length; from += askedAtOnce) {
          const there = await stillThere(session, table, keyColumns, all.slice(from, from + askedAtOnce))
          found.push(...there.map(() => ({ reason })))
        }
      }
    }
    return countsOf(found)
  }
}

function countsOf(stays: readonly { readonly reason: Reason }[]): Pick<DeleteTotals, Reason> {
  const count = (wanted: Reason): number => stays.filter(({ reason }) => reason === wanted).length
  return {
    stayed: count('stayed'),
    locked: count('locked'),
    referred: count('referred'),
    unsaved: count('unsaved'),
  }
}

const nameOf = (place: Position): string => JSON.stringify(positionToHex(place))
