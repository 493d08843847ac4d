/** What of the rows PostgreSQL cannot hold, counted by the source itself before the first row moves. */

import { counted } from '../../base/counted.ts'
import type { Table } from '../../mysql/catalog.ts'
import type { Session } from '../../mysql/session.ts'
import { join, name, type Sql, sql, trusted } from '../../mysql/sql.ts'
import { tableSql, tableText } from '../../mysql/table-name.ts'
import type { LossCounts, LossKind } from '../../postgres/copy-text.ts'
import type { CopyColumn } from './columns.ts'

/** `charset`: characters that the server itself cannot turn into Unicode. */
export interface Loss {
  readonly column: string
  readonly kind: LossKind | 'charset'
  readonly cells: number
}

const told: Readonly<Record<Loss['kind'], string>> = {
  date: 'no day that exists (as 0000-00-00): NULL there',
  nul: 'the character 0, which is left out',
  utf8: 'bytes that are no UTF-8: U+FFFD in their place',
  charset: 'bytes that are no characters of their character set: ? in their place',
}

export function lossText({ column, kind, cells }: Loss): string {
  return `${column}: ${counted(cells, 'value')} with ${told[kind]}`
}

/** What is read, as far as it is known before. */
export interface RowsToCopy {
  readonly rows: { readonly count: number; readonly isEstimate: boolean }
  readonly losses: readonly Loss[]
}

/** Counting alone is a read of an index: so many entries are counted, more are estimated. */
const mostCounted = 3_000_000

/** One aggregate over the rows that `where` takes, along `index` where one leads to them. */
export async function countLosses(
  session: Session,
  table: Table,
  columns: readonly CopyColumn[],
  where: Sql,
  index: string | undefined,
): Promise<RowsToCopy> {
  const checks = columns.flatMap(column =>
    checksOf(column).map(({ kind, lost }) => ({ column: column.source.name, kind, lost })),
  )
  const { rows } = table.estimate
  if (checks.length === 0 && rows > mostCounted && index === undefined)
    return { rows: { count: rows, isEstimate: true }, losses: [] }
  const sums = [sql`COUNT(*)`, ...checks.map(({ lost }) => sql`COALESCE(SUM(${lost}), 0)`)]
  const along = index === undefined ? trusted('') : sql`FORCE INDEX (${name(index)})`
  const [row = []] = await session.cells(
    sql`SELECT ${join(sums)} FROM ${tableSql(table)} ${along} WHERE ${where}`,
    `counting rows of ${tableText(table)}, and what of them the target cannot hold`,
  )
  const [count = 0, ...cells] = row.map(cell => Number(cell?.toString() ?? 0))
  const losses = checks.map(({ column, kind }, at) => ({ column, kind, cells: cells[at] ?? 0 }))
  return { rows: { count, isEstimate: false }, losses: losses.filter(each => each.cells > 0) }
}

function checksOf({ source, cell, read }: CopyColumn): { readonly kind: Loss['kind']; readonly lost: Sql }[] {
  const column = name(source.name)
  if (cell.kind === 'date') return [{ kind: 'date', lost: sql`NOT ${isDaySql(column)}` }]
  if (cell.kind === 'json') return [{ kind: 'nul', lost: sql`LOCATE(${'\\u0000'}, ${column}) > 0` }]
  if (cell.kind !== 'text') return []
  const bytes = sql`CAST(${column} AS BINARY)`
  if (read.readAs === 'utf8') {
    const text = sql`CONVERT(${column} USING utf8mb4)`
    const back = sql`CAST(CONVERT(${text} USING ${trusted((source.characterSet ?? '').replace(/\W/g, ''))}) AS BINARY)`
    return [
      { kind: 'nul', lost: sql`LOCATE(0x00, CAST(${text} AS BINARY)) > 0` },
      { kind: 'charset', lost: sql`NOT (${bytes} <=> ${back})` },
    ]
  }
  return [
    { kind: 'nul', lost: sql`LOCATE(0x00, ${bytes}) > 0` },
    { kind: 'utf8', lost: sql`NOT (${bytes} <=> CAST(CONVERT(${bytes} USING utf8mb4) AS BINARY))` },
  ]
}

/** NULL for NULL. Few days need a look at how long their month is. */
export function isDaySql(column: Sql): Sql {
  const day = sql`DAYOFMONTH(${column})`
  return sql`(YEAR(${column}) > 0 AND MONTH(${column}) > 0 AND ${day} > 0 AND (${day} <= 28 OR ${day} <= COALESCE(DAYOFMONTH(LAST_DAY(${column})), 0)))`
}

/** What the encoder met, in the same words. */
export function lossesOf(counts: LossCounts): readonly Loss[] {
  return [...counts].flatMap(([column, kinds]) =>
    [...kinds].map(([kind, cells]) => ({ column, kind, cells })),
  )
}
