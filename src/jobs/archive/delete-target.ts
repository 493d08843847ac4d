/** Saved rows of a table, and how SQL finds them there again: by their key, through the index that orders the work. */

import type { Table } from '../../mysql/catalog.ts'
import type { RowColumn } from '../../mysql/column-sql.ts'
import type { Key } from '../../mysql/keys.ts'
import { among, type Position } from '../../mysql/keyset.ts'
import { ShapeGuard } from '../../mysql/shape-guard.ts'
import { name, type Sql, sql } from '../../mysql/sql.ts'
import { type TableName, tableSql } from '../../mysql/table-name.ts'
import type { Referrer } from './referrers.ts'
import type { WithChild } from './with-child.ts'

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
  /** Tables whose rows may keep rows here. */
  readonly referrers?: readonly Referrer[]
}

/** Holds that nothing goes unsaved where a table is altered meanwhile; `deletes`: rows are deleted as well. */
export function archiveGuard(
  table: Table,
  key: Key,
  children: readonly { readonly looked: Table; readonly key: Key }[],
  { deletes }: { readonly deletes: boolean },
): ShapeGuard {
  const guarded = [{ table, keyIndex: key.index }]
  for (const child of children) guarded.push({ table: child.looked, keyIndex: child.key.index })
  return new ShapeGuard(guarded, {
    during: 'archiving its rows',
    fires: deletes ? ['DELETE'] : [],
    next: deletes
      ? 'No row was deleted because of what was saved of it before that.'
      : 'What was saved after that is not whole.',
  })
}

/** The columns of its key, in their order. */
export function keyColumnsOf({ key, columns }: DeleteTarget): readonly RowColumn[] {
  return key.columns.map(column => {
    const found = columns.find(each => each.name === column)
    if (!found) throw new RangeError('the key is among the columns')
    return found
  })
}

/** What a SELECT of such rows reads from: the server takes no other index. */
export function fromTarget({ table, key }: DeleteTarget): Sql {
  return sql`${tableSql(table)} FORCE INDEX (${name(key.index)})`
}

/** The condition that it is one of these. */
export function amongSaved(target: DeleteTarget, rows: readonly SavedRow[]): Sql {
  return among(
    keyColumnsOf(target),
    rows.map(({ key }) => key),
  )
}
