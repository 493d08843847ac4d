/** Deletes the rows that refer to others in the transaction that deletes those, and none that was not saved as it is now. */
import { OpsError } from '../../base/errors.ts'
import type { RowColumn } from '../../mysql/column-sql.ts'
import { among, orderByList, type Position } from '../../mysql/keyset.ts'
import { rowHash } from '../../mysql/row-hash.ts'
import type { Session } from '../../mysql/session.ts'
import { sql } from '../../mysql/sql.ts'
import { type TableName, tableSql, tableText } from '../../mysql/table-name.ts'
import type { WireRow } from '../../mysql/wire-row.ts'
import { columnsOfKey, type Parents, placeText, positionOf, referring, type WithChild } from './with-child.ts'

/** What was saved of one child in one chunk. */
export interface SavedChildren {
  readonly hashes: ReadonlySet<string>
  readonly keys: readonly Position[]
}

/** What is kept of the rows of a child until they may be deleted. */
export function savedChildren(child: WithChild, rows: readonly WireRow[]): SavedChildren {
  return { hashes: new Set(rows.map(rowHash)), keys: rows.map(row => positionOf(row, child)) }
}

/** What is about to go. */
interface Locked {
  readonly child: WithChild
  readonly rows: readonly { readonly parent: string; readonly key: Position }[]
}

export interface LockedChildren {
  /** Parents of which a row was not saved as it is now: they stay, with all that refers to them. */
  readonly unsaved: ReadonlySet<string>
  readonly locked: readonly Locked[]
}

/** Holds all rows that refer to these parents, which are held already: nobody can add one meanwhile. */
export async function lockChildren(
  session: Session,
  parents: Parents,
  children: readonly WithChild[],
  saved: readonly SavedChildren[],
  keys: readonly Position[],
): Promise<LockedChildren> {
  const unsaved = new Set<string>()
  const locked: Locked[] = []
  for (const [index, child] of children.entries()) {
    const rows: { parent: string; key: Position }[] = []
    await referring(
      session,
      parents,
      child,
      keys,
      (row, place) => {
        const parent = placeText(place)
        if (saved[index]?.hashes.has(rowHash(row))) rows.push({ parent, key: positionOf(row, child) })
        else unsaved.add(parent)
      },
      { locks: true },
    )
    locked.push({ child, rows })
  }
  return { unsaved, locked }
}

const deletedAtOnce = 1_000

/** Answers how many went, for each child. @throws OpsError where the server says another number: nothing is deleted then. */
export async function deleteChildren(
  session: Session,
  { unsaved, locked }: LockedChildren,
): Promise<readonly number[]> {
  const counts: number[] = []
  for (const { child, rows } of locked) {
    const keys = rows.filter(({ parent }) => !unsaved.has(parent)).map(({ key }) => key)
    const keyColumns = columnsOfKey(child.key, child.columns)
    for (let from = 0; from < keys.length; from += deletedAtOnce) {
      const some = keys.slice(from, from + deletedAtOnce)
      const { affected } = await session.query(
        sql`DELETE FROM ${tableSql(child.table)} WHERE ${among(keyColumns, some)}
          ORDER BY ${orderByList(keyColumns)} LIMIT ${some.length}`,
        `deleting from ${tableText(child.table)}`,
      )
      if (affected === some.length) continue
      throw new OpsError({
        code: 'failed',
        title: `${session.source}: the server deleted ${affected} rows of ${tableText(child.table)} where ${some.length} were locked`,
        changed: 'no',
        next: 'That batch was rolled back: its rows are still there. Look for a trigger or a rule that changes rows meanwhile.',
      })
    }
    counts.push(keys.length)
  }
  return counts
}

/** Which of these places have a row still. The server alone can tell whether two keys are the same, so it is asked by halves. */
export async function stillThere(
  session: Session,
  table: TableName,
  keyColumns: readonly RowColumn[],
  places: readonly Position[],
): Promise<readonly Position[]> {
  if (places.length === 0) return []
  const found = await session.cells(
    // Where the table was altered since, several rows may bear a key.
    sql`SELECT 1 FROM ${tableSql(table)} WHERE ${among(keyColumns, places)} GROUP BY ${orderByList(keyColumns)}`,
    `reading ${tableText(table)}`,
  )
  if (found.length === 0 || found.length === places.length) return found.length === 0 ? [] : places
  const middle = Math.ceil(places.length / 2)
  return [
    ...(await stillThere(session, table, keyColumns, places.slice(0, middle))),
    ...(await stillThere(session, table, keyColumns, places.slice(middle))),
  ]
}

const askedAtOnce = 500

/** Which saved rows of a child are in its table still, in whatever form: that one counts, and not the saved one. */
export async function stayedChildren(
  session: Session,
  child: WithChild,
  { keys }: SavedChildren,
): Promise<readonly Position[]> {
  const keyColumns = columnsOfKey(child.key, child.columns)
  const stayed: Position[] = []
  for (let from = 0; from < keys.length; from += askedAtOnce)
    stayed.push(...(await stillThere(session, child.table, keyColumns, keys.slice(from, from + askedAtOnce))))
  return stayed
}
