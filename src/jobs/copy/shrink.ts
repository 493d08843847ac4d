/** Keeps a copy from following its source into emptiness: most rows of the target go only where somebody said so. */

import { counted, grouped } from '../../base/counted.ts'
import { inputError } from '../../base/errors.ts'
import type { Table } from '../../mysql/catalog.ts'
import type { Session } from '../../mysql/session.ts'
import { sql } from '../../mysql/sql.ts'
import { tableSql, tableText } from '../../mysql/table-name.ts'
import type { PgPlace } from '../../postgres/catalog.ts'
import { deletedAtColumn } from '../../postgres/create-table.ts'
import type { PgSession } from '../../postgres/session.ts'
import { quoteName } from '../../postgres/sql.ts'
import { pgTableText } from '../../postgres/table-name.ts'
import type { CopyRequest } from './copy-request.ts'
import { hasMarks } from './marks.ts'
import type { CopyRecord } from './record.ts'

/** Rows of the target, and how many of them the source cannot have, as it has fewer in all: there may be more. */
export interface Leaving {
  readonly rows: number
  readonly atLeast: number
  /** True where the source is empty: these are all. */
  readonly isAll: boolean
}

interface Sides {
  readonly request: CopyRequest
  readonly table: Table
  readonly place: PgPlace
  readonly record: CopyRecord | undefined
  readonly mode: 'new' | 'whole' | 'delta'
}

/** Undefined where no row goes. Marked rows are gone already, and only a whole copy with hard deletes takes them away. */
export async function countLeaving(
  session: Session,
  target: PgSession,
  { request, table, place, mode }: Omit<Sides, 'record'>,
  known: number | undefined,
): Promise<Leaving | undefined> {
  const { as, deletes } = request
  if (mode === 'new' || (mode === 'delta' && deletes === 'off')) return undefined
  const takesMarked = mode === 'whole' && deletes !== 'soft'
  const which = hasMarks(place) && !takesMarked ? ` WHERE ${quoteName(deletedAtColumn.name)} IS NULL` : ''
  const quoted = quoteName(as.schema, as.table)
  const there = Number(
    await target.value(`SELECT count(*) FROM ${quoted}${which}`, `counting rows of ${pgTableText(as)}`),
  )
  const counting = sql`SELECT COUNT(*) FROM ${tableSql(table)}`
  const here = known ?? Number(await session.value(counting, `counting rows of ${tableText(table)}`))
  return { rows: there, atLeast: Math.max(0, there - here), isAll: here === 0 }
}

/** @throws OpsError `input` where more than half of the target's rows would be deleted, and nobody said that they may. */
export function refuseShrink(
  { request, table, record }: Omit<Sides, 'place' | 'mode'>,
  gone: number,
  rows: number,
): void {
  const { as, deletes, isFull, acceptsShrink } = request
  // Whoever replaces what is no copy of this table wants its rows gone.
  const isReplaced = isFull && record?.sourceTable !== tableText(table)
  if (acceptsShrink || deletes === 'soft' || isReplaced || gone * 2 <= rows) return
  throw inputError(
    `${grouped(gone)} of ${counted(rows, 'row')} of ${pgTableText(as)} ${gone === 1 ? 'is' : 'are'} gone from ${tableText(table)}, and would be deleted`,
    {
      next: 'Look at the source first: was it emptied, or is it another one? Add --accept-shrink if that is meant.',
    },
  )
}

/** What a plan says of rows that go. */
export function leavingNotes({
  request,
  place,
  mode,
  leaving,
}: Sides & { readonly leaving: Leaving | undefined }): readonly string[] {
  const { as, deletes } = request
  const where = pgTableText(as)
  if (!leaving) {
    const isBlind = mode === 'delta' && deletes === 'off'
    return isBlind
      ? ['rows that were deleted in the source stay: --deletes hard or soft, or `ops db copy audit`']
      : []
  }
  const fate = deletes === 'soft' ? 'get a mark' : 'are deleted'
  const { rows, atLeast, isAll } = leaving
  const known = `${isAll ? '' : 'at least '}${grouped(atLeast)} of ${counted(rows, 'row')} of ${where} ${atLeast === 1 ? 'is' : 'are'} gone from the source and ${deletes === 'soft' ? 'will get a mark' : 'will be deleted'}`
  return [
    atLeast > 0
      ? known
      : `rows of ${where} (${grouped(rows)} now) that the source does not have ${fate}: they are counted while it runs${deletes === 'soft' ? '' : ', and more than half go only with --accept-shrink'}`,
    ...(mode === 'delta' && deletes === 'hard' && hasMarks(place)
      ? [`rows that an earlier run marked (${deletedAtColumn.name}) stay: --full takes them away`]
      : []),
  ]
}
