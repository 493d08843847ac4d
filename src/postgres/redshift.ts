/**
 * The statements that bring rows into Redshift: COPY from S3 into a stage, the last form of each row, MERGE. As text alone: no
 * Redshift was at hand to run them. After "COPY", "Data format parameters" and "MERGE" of the Amazon Redshift Database Developer Guide.
 */
import type { TargetColumn } from './create-table.ts'
import { nameList, quoteName, quoteText } from './sql.ts'
import type { PgTableName } from './table-name.ts'

export interface RedshiftLoad {
  readonly table: PgTableName
  readonly columns: readonly TargetColumn[]
  readonly key: readonly string[]
  /** Objects of CSV in gzip whose names begin so, without a header; each row ends with its number. */
  readonly from: string
  /** Whose rights read them. */
  readonly role: string
  readonly region?: string
}

/** Stands for NULL in the CSV: Redshift reads a cell without quotes that is empty as an empty text. */
const redshiftNull = '@ops null@'

/** In this order, in one transaction. */
export function redshiftStatements(load: RedshiftLoad): readonly string[] {
  const { table, columns, key, from, role, region } = load
  const target = quoteName(table.schema, table.table)
  const names = columns.map(each => each.name)
  const list = names.map(each => quoteName(each)).join(', ')
  const keys = key.map(each => quoteName(each)).join(', ')
  const others = names.filter(each => !key.includes(each))
  // The row of a match is told by whole names: MERGE gives its target no other one.
  const same = key.map(each => `${target}.${quoteName(each)} = ops_stage.${quoteName(each)}`).join(' AND ')
  const sets = (others.length === 0 ? key : others).map(
    each => `${quoteName(each)} = ops_stage.${quoteName(each)}`,
  )
  return [
    'BEGIN',
    `CREATE TEMP TABLE ops_raw AS SELECT ${list}, CAST(0 AS bigint) AS ops_number FROM ${target} WHERE false`,
    `COPY ops_raw ${nameList([...names, 'ops_number'])} FROM ${quoteText(from)}
  IAM_ROLE ${quoteText(role)}${region === undefined ? '' : ` REGION ${quoteText(region)}`}
  FORMAT AS CSV GZIP NULL AS ${quoteText(redshiftNull)} DATEFORMAT 'auto' TIMEFORMAT 'auto' COMPUPDATE OFF STATUPDATE OFF`,
    // Two rows of one key would make MERGE fail, or leave it open which of them counts.
    `CREATE TEMP TABLE ops_stage AS SELECT ${list} FROM
  (SELECT *, ROW_NUMBER() OVER (PARTITION BY ${keys} ORDER BY ops_number DESC) AS ops_rank FROM ops_raw) AS ranked WHERE ops_rank = 1`,
    `MERGE INTO ${target} USING ops_stage ON ${same}
  WHEN MATCHED THEN UPDATE SET ${sets.join(', ')}
  WHEN NOT MATCHED THEN INSERT (${list}) VALUES (${names.map(each => `ops_stage.${quoteName(each)}`).join(', ')})`,
    'COMMIT',
  ]
}
