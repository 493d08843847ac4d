/** Names rows by their numbers: numbers one after another as a range, which a server goes through in a third of the time. */
import { join, name, type Sql, sql, trusted } from '../../mysql/sql.ts'

/** Fewer in a row are written out. */
const shortestRun = 50
/** A server puts ranges together one by one. */
const mostRuns = 200

/** True for these rows and no others: within a range there is no number that is not one of them. */
export function isNumbered(column: string, ids: readonly string[]): Sql {
  const id = name(column)
  const numbers = ids
    .filter(each => /^-?\d+$/.test(each))
    .map(BigInt)
    .sort((one, other) => (one < other ? -1 : one > other ? 1 : 0))
  const parts: Sql[] = []
  const single: bigint[] = []
  for (let from = 0; from < numbers.length; ) {
    let to = from
    while (to + 1 < numbers.length && numbers[to + 1] === (numbers[to] ?? 0n) + 1n) to += 1
    const [first, last] = [numbers[from] ?? 0n, numbers[to] ?? 0n]
    if (to - from + 1 < shortestRun || parts.length === mostRuns) single.push(...numbers.slice(from, to + 1))
    else {
      // InnoDB looks at, and locks, the row behind a range: it is to be one of these, and nobody else's.
      parts.push(sql`${id} BETWEEN ${first} AND ${last - 1n}`)
      single.push(last)
    }
    from = to + 1
  }
  return sql`(${join([...parts, sql`${id} IN (${trusted(single.join(','))})`], ' OR ')})`
}
