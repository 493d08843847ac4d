/** How long an archive takes, for its plan: by all rows that go, those of other tables too, and by their bytes. */
import type { Table } from '../../mysql/catalog.ts'
import type { ArchivePlan } from './plan.ts'

/** What an archive reaches on a small server. */
const usual = { rowsPerSecond: 20_000, bytesPerSecond: 20_000_000 }

/** Rows of one child that go along with so many: as many to each as all rows have. Undefined: the server has no idea of it. */
export function rowsAlong(parent: Table, child: Table, rows: number): number | undefined {
  const [of, there] = [parent.estimate.rows, child.estimate.rows]
  return of === 0 || there === 0 ? undefined : Math.round(there * Math.min(1, rows / of))
}

/** `rows`: those of the archived table. */
export function plannedTime(
  { table, children, referrers }: Pick<ArchivePlan, 'table' | 'children' | 'referrers'>,
  rows: number,
): string {
  const along = children.map(({ looked }) => ({ table: looked, rows: rowsAlong(table, looked, rows) }))
  const all = [{ table, rows }, ...along]
  const seconds = all.reduce((sum, each) => sum + secondsOf(each.table, each.rows ?? 0), 0)
  // Asking for rows that stay takes time too, and deletes that fail take more.
  const isLeast = referrers.length > 0 || along.some(each => each.rows === undefined)
  const whole = Math.ceil(seconds)
  return `${isLeast ? 'at least' : 'about'} ${whole < 90 ? `${whole} s` : `${Math.ceil(whole / 60)} min`}`
}

function secondsOf({ estimate }: Table, rows: number): number {
  return rows / usual.rowsPerSecond + (rows * estimate.averageRowBytes) / usual.bytesPerSecond
}
