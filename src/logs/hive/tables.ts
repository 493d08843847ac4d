/** The statements that make tables over what was pushed to a place: external ones, with days and hosts as partitions. */
import { createHash } from 'node:crypto'
import type { SqlColumn, SqlType } from '../answer.ts'

const types: Readonly<Record<SqlType, string>> = {
  text: 'STRING',
  integer: 'BIGINT',
  double: 'DOUBLE',
  timestamp: 'TIMESTAMP',
}

/** The database that stands for a place with these columns: other columns are other tables, and nothing is dropped. */
export function databaseOf(url: string, columns: readonly SqlColumn[]): string {
  const hash = createHash('sha256')
    .update(`${url}\n${JSON.stringify(columns)}`)
    .digest('hex')
  return `ops_logs_${hash.slice(0, 12)}`
}

/** As the cluster names the place: `s3a` is what Hadoop calls S3. */
function locationOf(url: string): string {
  return url.startsWith('s3://') ? url.replace(/^s3:/, 's3a:') : `file://${encodeURI(url)}`
}

/** Everything before the first query, in order; run again it changes nothing. */
export function tableStatements(url: string, columns: readonly SqlColumn[]): readonly string[] {
  const database = databaseOf(url, columns)
  return [
    `CREATE DATABASE IF NOT EXISTS ${database}`,
    `USE ${database}`,
    externalTable('logs', columns, `${locationOf(url)}/rows`),
    externalTable('rejected', [{ name: 'line', type: 'text' }], `${locationOf(url)}/rejected`),
    'MSCK REPAIR TABLE logs',
    'MSCK REPAIR TABLE rejected',
  ]
}

function externalTable(name: string, columns: readonly SqlColumn[], location: string): string {
  const list = columns.map(column => `${quoted(column.name)} ${types[column.type]}`)
  return `CREATE EXTERNAL TABLE IF NOT EXISTS ${name} (${list.join(', ')})
PARTITIONED BY (day STRING, host STRING)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe'
WITH SERDEPROPERTIES ('field.delim' = '\\t', 'escape.delim' = '\\\\', 'serialization.null.format' = '\\\\N', 'serialization.escape.crlf' = 'true')
STORED AS TEXTFILE
LOCATION '${location.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

const quoted = (name: string) => `\`${name.replaceAll('`', '``')}\``
