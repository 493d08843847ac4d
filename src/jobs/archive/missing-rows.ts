/** Tells saved rows apart that a batch did not delete: they are gone, changed, or held by another transaction. */
import { selectList } from '../../mysql/column-sql.ts'
import { rowHash } from '../../mysql/row-hash.ts'
import type { Session } from '../../mysql/session.ts'
import { sql } from '../../mysql/sql.ts'
import { amongSaved, type DeleteTarget, fromTarget, type SavedRow } from './delete-target.ts'
import type { Deleted } from './deleted.ts'

/** Those that were not found as they were saved, or were left out: gone, changed, or held by others. */
export async function missingRows(
  session: Session,
  target: DeleteTarget,
  rows: readonly SavedRow[],
  doing: string,
): Promise<Pick<Deleted, 'gone' | 'stayed' | 'locked'>> {
  if (rows.length === 0) return { gone: 0, stayed: [], locked: [] }
  const { columns, condition } = target
  const hashes = new Set<string>()
  let there = 0
  await session.query(
    sql`SELECT (${condition}) IS TRUE, ${selectList(columns)} FROM ${fromTarget(target)} WHERE ${amongSaved(target, rows)}`,
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
  const one = await missingRows(session, target, rows.slice(0, middle), doing)
  const other = await missingRows(session, target, rows.slice(middle), doing)
  return {
    gone: one.gone + other.gone,
    stayed: [...one.stayed, ...other.stayed],
    locked: [...one.locked, ...other.locked],
  }
}
