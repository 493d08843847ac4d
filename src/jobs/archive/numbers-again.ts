/**
 * Servers that keep the next AUTO_INCREMENT number in memory alone begin behind the highest one that is left when they are started
 * anew (MySQL before 8.0: Reference Manual, "InnoDB AUTO_INCREMENT Counter Initialization"; MariaDB before 10.2.4). Where the
 * newest row goes, its number comes again with another row.
 */
import type { Table } from '../../mysql/catalog.ts'
import type { Session } from '../../mysql/session.ts'
import { name, sql } from '../../mysql/sql.ts'
import { tableSql, tableText } from '../../mysql/table-name.ts'
import { conditionSql } from './condition.ts'
import type { Condition } from './records.ts'

/** The row with the highest number, which is old. */
export interface NewestRow {
  readonly column: string
  readonly number: string
}

function forgetsNumbers({ flavor, number }: Session['version']): boolean {
  return number < (flavor === 'mariadb' ? 100_204 : 80_000)
}

/** Undefined: no number can come again because of this run. */
export async function newestThatGoes(
  session: Session,
  table: Table,
  condition: Condition,
): Promise<NewestRow | undefined> {
  const column = table.columns.find(each => each.isAutoIncrement)?.name
  if (column === undefined || table.engine !== 'InnoDB' || !forgetsNumbers(session.version)) return undefined
  const newest = sql`(SELECT MAX(${name(column)}) FROM ${tableSql(table)})`
  const number = await session.value(
    sql`SELECT ${name(column)} FROM ${tableSql(table)} WHERE ${name(column)} = ${newest} AND ${conditionSql(condition)} LIMIT 1`,
    `looking for the newest row of ${tableText(table)}`,
  )
  return number == null ? undefined : { column, number }
}

export function newestThatGoesText({ column, number }: NewestRow): string {
  return `the newest row goes (${column} ${number}), and this server keeps its next number in memory alone: started anew, it gives numbers that are archived to other rows, and a restore leaves out what has the key of another row. --where '${column} <> ${number}' keeps that row, and so the count`
}
