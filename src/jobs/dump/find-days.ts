/** Which days have rows: found by point reads along the index of `--by`, never by reading the days that are known. */
import type { Table } from '../../mysql/catalog.ts'
import { explain } from '../../mysql/explain-guard.ts'
import type { Session } from '../../mysql/session.ts'
import { join, name, type Sql, sql } from '../../mysql/sql.ts'
import { tableSql, tableText } from '../../mysql/table-name.ts'
import { floorOf, type TimeKind } from '../time-column.ts'
import { borderOf, type Day, dayOfValue, dayRange, nextDay } from './days.ts'

/** Along what days are looked for. */
export interface DayAxis {
  readonly table: Table
  readonly by: string
  readonly kind: TimeKind
  readonly zone: string
  /** The index that begins with `by`; undefined: each question reads the whole table. */
  readonly index: string | undefined
  /** The key that the rows lie by, where that is one whole number. */
  readonly rowsLieBy?: string | undefined
}

/** A day with rows that has no dump. */
export interface NewDay extends Day {
  /** Undefined: not counted, as there are too many. */
  readonly rows: number | undefined
  /** As the optimizer guesses where they were not counted. */
  readonly about?: number
  /** Its rows lie here, and few others between them. */
  readonly keys?: KeySpan
}

/** From the first to the last key of rows that were counted. */
export interface KeySpan {
  readonly from: bigint
  readonly to: bigint
}

const firstDay = '0001-01-01'
const mostDays = 64
/** An ALTER waits for each of these statements: they are kept short, and larger days are not counted. */
const mostCounted = 50_000
const longMs = 20

/** The rows between two places of the axis. */
export function betweenSql(by: string, from: string, to: string): Sql {
  return sql`${name(by)} >= ${from} AND ${name(by)} < ${to}`
}

const wholeNumbers = ['tinyint', 'smallint', 'mediumint', 'int', 'bigint']

/** The key that the rows of this table lie by, where that is one whole number. */
export function liesBy({ indexes, columns, partitions }: Table): string | undefined {
  const [first, ...more] = indexes.find(({ name }) => name === 'PRIMARY')?.columns ?? []
  if (!first || more.length > 0 || first.isDescending || partitions.length > 0) return undefined
  const column = columns.find(each => each.name === first.name)
  return column && wholeNumbers.includes(column.dataType) ? column.name : undefined
}

function fromSql({ table, index }: Pick<DayAxis, 'table' | 'index'>): Sql {
  return index === undefined ? tableSql(table) : sql`${tableSql(table)} FORCE INDEX (${name(index)})`
}

export interface WantedDays {
  /** Days before this one. */
  readonly until: string
  /** Without these. */
  readonly known: ReadonlyMap<string, unknown>
  /** Those of other runs are not counted. */
  readonly isOurs: (day: string) => boolean
}

/** The wanted days that have rows. */
export async function findDays(
  session: Session,
  axis: DayAxis,
  { until, known, isOurs }: WantedDays,
  counts: boolean,
): Promise<NewDay[]> {
  const { table, by, kind, zone } = axis
  const doing = `looking for days of ${tableText(table)}`
  const border = (day: string): string => borderOf(day, kind, zone)
  const end = border(until)
  const found: NewDay[] = []
  let most = counts ? 1 : mostDays
  for (let from = firstDay; from < until; ) {
    const least = await session.value(
      sql`SELECT MIN(${name(by)}) FROM ${fromSql(axis)} WHERE ${betweenSql(by, from === firstDay ? floorOf(kind) : border(from), end)}`,
      doing,
    )
    if (least == null) break
    const days = unknownDays(dayOfValue(least, kind, zone), until, known, most)
    const ranges = days.filter(isOurs).map(day => dayRange(day, kind, zone))
    const begun = performance.now()
    const counted = await countDays(session, axis, ranges, counts, doing)
    most = performance.now() - begun > longMs ? Math.max(1, most >> 1) : Math.min(mostDays, most * 2)
    for (const [index, range] of ranges.entries()) {
      const { rows: count, keys } = counted[index] ?? { rows: 0 }
      if (count === 0) continue
      if (counts && count <= mostCounted) found.push({ ...range, rows: count, ...(keys && { keys }) })
      else
        found.push({
          ...range,
          rows: undefined,
          ...(counts && { about: await guess(session, axis, range, doing) }),
        })
    }
    from = nextDay(days.at(-1) ?? dayOfValue(least, kind, zone))
    while (known.has(from)) from = nextDay(from)
  }
  return found
}

async function guess(session: Session, axis: DayAxis, { from, to }: Day, doing: string): Promise<number> {
  const statement = sql`SELECT COUNT(*) FROM ${fromSql(axis)} WHERE ${betweenSql(axis.by, from, to)}`
  return (await explain(session, statement, doing)).rows
}

/** The days from this one on that are not known, up to the next one that is. */
function unknownDays(
  first: string,
  until: string,
  known: ReadonlyMap<string, unknown>,
  most: number,
): string[] {
  const days: string[] = []
  for (let day = first; day < until && !known.has(day) && days.length < most; day = nextDay(day))
    days.push(day)
  return days
}

interface CountedDay {
  readonly rows: number
  readonly keys?: KeySpan
}

/** How many rows each has, up to one more than are counted; without `counts` 1 for each that has any. */
async function countDays(
  session: Session,
  axis: DayAxis,
  days: readonly Day[],
  counts: boolean,
  doing: string,
): Promise<CountedDay[]> {
  if (days.length === 0) return []
  const each = days.map(({ from, to }) => {
    const condition = betweenSql(axis.by, from, to)
    if (!counts) return countSql(axis, condition, 1)
    return axis.rowsLieBy === undefined
      ? countSql(axis, condition, mostCounted + 1)
      : spanSql(axis, axis.rowsLieBy, condition, mostCounted + 1)
  })
  const [row] = await session.cells(sql`SELECT ${join(each)}`, doing)
  return (row ?? []).map(cell => countedDay(cell?.toString() ?? '0'))
}

/** Of a count, or a count with the first and the last key. */
function countedDay(text: string): CountedDay {
  const [rows = '0', from, to] = text.split(' ')
  if (from === undefined || to === undefined) return { rows: Number(rows) }
  const keys = { from: BigInt(from), to: BigInt(to) }
  // So many rows at most lie between them; what lies between but is of other days would be read in vain.
  const isDense = 2n * (keys.to - keys.from + 1n) <= 3n * BigInt(rows)
  return { rows: Number(rows), ...(isDense && { keys }) }
}

function spanSql(axis: DayAxis, key: string, condition: Sql, most: number): Sql {
  return sql`(SELECT CONCAT_WS(' ', COUNT(*), MIN(k), MAX(k)) FROM
    (SELECT ${name(key)} AS k FROM ${fromSql(axis)} WHERE ${condition} LIMIT ${most}) AS counted)`
}

/** Rows of these, up to `most`: as a value of a select list. */
export function countSql(axis: Pick<DayAxis, 'table' | 'index'>, condition: Sql, most: number): Sql {
  return sql`(SELECT COUNT(*) FROM (SELECT 1 FROM ${fromSql(axis)} WHERE ${condition} LIMIT ${most}) AS counted)`
}
