/** Which days have rows: found by point reads along the index of `--by`, never by reading the days that are known. */
import { type Table, tableSql, tableText } from '../../mysql/catalog.ts'
import type { Session } from '../../mysql/session.ts'
import { join, name, type Sql, sql, trusted } from '../../mysql/sql.ts'
import { borderOf, type Day, dayOfValue, dayRange, nextDay, type TimeKind } from './days.ts'

/** Along what days are looked for. */
export interface DayAxis {
  readonly table: Table
  readonly by: string
  readonly kind: TimeKind
  readonly zone: string
  /** The index that begins with `by`; undefined: each question reads the whole table. */
  readonly index: string | undefined
}

/** A day with rows that has no dump. */
export interface NewDay extends Day {
  /** Undefined: not counted, as there are too many. */
  readonly rows: number | undefined
}

const firstDay = '0001-01-01'
const batchDays = 64

/** Before this there are only zero dates, which are in no day. */
export function floorOf(kind: TimeKind): string {
  return kind === 'timestamp' ? '1970-01-01 00:00:01' : firstDay
}

/** The rows between two places of the axis. */
export function betweenSql(by: string, from: string, to: string): Sql {
  return sql`${name(by)} >= ${from} AND ${name(by)} < ${to}`
}

export function fromSql({ table, index }: Pick<DayAxis, 'table' | 'index'>): Sql {
  return index === undefined ? tableSql(table) : sql`${tableSql(table)} FORCE INDEX (${name(index)})`
}

/** Days with rows before `until`, without those that are `known`. */
export async function findDays(
  session: Session,
  axis: DayAxis,
  until: string,
  known: ReadonlyMap<string, unknown>,
  counts: boolean,
): Promise<NewDay[]> {
  const { table, by, kind, zone } = axis
  const doing = `looking for days of ${tableText(table)}`
  const border = (day: string): string => borderOf(day, kind, zone)
  const end = border(until)
  const found: NewDay[] = []
  for (let from = firstDay; from < until; ) {
    const least = await session.value(
      sql`SELECT MIN(${name(by)}) FROM ${fromSql(axis)} WHERE ${betweenSql(by, from === firstDay ? floorOf(kind) : border(from), end)}`,
      doing,
    )
    if (least == null) break
    const days = unknownDays(dayOfValue(least, kind, zone), until, known)
    const ranges = days.map(day => dayRange(day, kind, zone))
    const rows = await countDays(session, axis, ranges, counts, doing)
    for (const [index, range] of ranges.entries()) {
      const count = rows[index] ?? 0
      if (count > 0) found.push({ ...range, rows: counts ? count : undefined })
    }
    from = nextDay(days.at(-1) ?? dayOfValue(least, kind, zone))
    while (known.has(from)) from = nextDay(from)
  }
  return found
}

/** The days from this one on that are not known, up to the next one that is. */
function unknownDays(first: string, until: string, known: ReadonlyMap<string, unknown>): string[] {
  const days: string[] = []
  for (let day = first; day < until && !known.has(day) && days.length < batchDays; day = nextDay(day))
    days.push(day)
  return days
}

/** How many rows each has; without `counts` 1 for each that has any. */
async function countDays(
  session: Session,
  axis: DayAxis,
  days: readonly Day[],
  counts: boolean,
  doing: string,
): Promise<number[]> {
  if (days.length === 0) return []
  const what = trusted(counts ? 'COUNT(*)' : '1')
  const each = days.map(
    ({ from, to }) =>
      sql`(SELECT ${what} FROM ${fromSql(axis)} WHERE ${betweenSql(axis.by, from, to)}${trusted(counts ? '' : ' LIMIT 1')})`,
  )
  const [row] = await session.cells(sql`SELECT ${join(each)}`, doing)
  return (row ?? []).map(cell => (cell === null ? 0 : Number(cell.toString())))
}
