/** Which jobs cannot move, as the other side has one of the same number, or with a value that only one job may have. */
import { join, name, type Sql, sql, trusted } from '../../mysql/sql.ts'
import { tableSql } from '../../mysql/table-name.ts'
import type { JobTable } from './job-table.ts'

/** Where the job is that is to move. */
export type Side = 'live' | 'parked'

export function hasTakenNumber(jobs: JobTable, side: Side): Sql {
  return hasSame(jobs, side, [jobs.id])
}

/** A new number would not help it. */
export function hasTakenValue(jobs: JobTable, side: Side): Sql {
  if (jobs.uniques.length === 0) return trusted('FALSE')
  return sql`(${join(
    jobs.uniques.map(each => hasSame(jobs, side, each)),
    ' OR ',
  )})`
}

export function isTaken(jobs: JobTable, side: Side): Sql {
  const number = hasTakenNumber(jobs, side)
  return jobs.uniques.length === 0 ? number : sql`(${number} OR ${hasTakenValue(jobs, side)})`
}

function hasSame({ live, parked }: JobTable, side: Side, columns: readonly string[]): Sql {
  const [own, other] = side === 'live' ? [live, parked] : [parked, live]
  const equals = columns.map(each => sql`taken.${name(each)} = ${tableSql(own)}.${name(each)}`)
  return sql`EXISTS (SELECT 1 FROM ${tableSql(other)} taken WHERE ${join(equals, ' AND ')})`
}
