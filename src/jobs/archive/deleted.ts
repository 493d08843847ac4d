/** What became of saved rows that were to be deleted, and how such answers are added up. */
import type { Position } from '../../mysql/keyset.ts'

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

/** Of no rows. */
export const nothing: Deleted = {
  ...{ deleted: 0, gone: 0, stayed: [], locked: [], referred: [], unsaved: [], children: [] },
}

/** Of the rows of both. */
export function both(one: Deleted, other: Deleted): Deleted {
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

/** Position by position; what one of them lacks counts as none. */
export function addEach(one: readonly number[], other: readonly number[]): readonly number[] {
  const [longer, shorter] = one.length > other.length ? [one, other] : [other, one]
  return longer.map((count, index) => count + (shorter[index] ?? 0))
}
