/** The partitions of a table, in their order. */
import type { Session } from './session.ts'
import { name, type Sql, sql } from './sql.ts'
import { type TableName, tableSql } from './table-name.ts'

export interface Partition {
  readonly name: string
  readonly method: string
  readonly expression: string
  /** Of RANGE: the upper border, as SQL text. */
  readonly description: string | null
  readonly rows: number
}

/** What a SELECT reads one of them from. */
export function partitionSql(table: TableName, partition: string): Sql {
  return sql`${tableSql(table)} PARTITION (${name(partition)})`
}

/** Empty where it has none. */
export async function readPartitions(
  session: Session,
  { database, table }: TableName,
  doing: string,
): Promise<Partition[]> {
  const records = await session.records(
    sql`SELECT PARTITION_NAME AS name, PARTITION_METHOD AS method, PARTITION_EXPRESSION AS expression,
        PARTITION_DESCRIPTION AS description, TABLE_ROWS AS row_count FROM information_schema.PARTITIONS
        WHERE TABLE_SCHEMA = ${database} AND TABLE_NAME = ${table} AND PARTITION_NAME IS NOT NULL
        ORDER BY PARTITION_ORDINAL_POSITION`,
    doing,
  )
  return records.map(record => ({
    name: record.name ?? '',
    method: record.method ?? '',
    expression: record.expression ?? '',
    description: record.description ?? null,
    rows: Number(record.row_count ?? 0),
  }))
}
