/**
 * SQL for both sides that makes the same text of the same value, so that each server can hash its own rows. What the target
 * cannot hold is made into what it holds instead. Where the two texts differ all the same, rows are read and compared.
 */
import { name, type Sql, sql, trusted } from '../../mysql/sql.ts'
import { binaryTypes, lengthOf, textTypes } from '../../postgres/column-types.ts'
import { quoteName } from '../../postgres/sql.ts'
import type { CopyColumn } from './columns.ts'
import { isDaySql } from './losses.ts'

/** NULL for NULL on both sides. */
export interface EqualText {
  readonly mysql: Sql
  readonly postgres: string
  /** It holds no comma and is never `N`: nothing has to be said of its length. */
  readonly isPlain: boolean
}

/** As CONCAT they would not fit into a packet. */
const longTypes = ['mediumtext', 'longtext']

/** Undefined: PostgreSQL rewrites it in its own way (jsonb), and no two texts are to be had. */
export function equalText({ source, target, cell, read }: CopyColumn): EqualText | undefined {
  const column = name(source.name)
  const there = quoteName(target.name)
  const { dataType, type } = source
  const plain = (mysql: Sql, postgres = `${there}::text`): EqualText => ({ mysql, postgres, isPlain: true })
  if (cell.kind === 'json') return undefined
  if (cell.kind === 'boolean') return plain(sql`${column} + 0`, `${there}::int::text`)
  if (cell.kind === 'bits') return plain(sql`LPAD(BIN(${column} + 0), ${lengthOf(source) ?? 1}, '0')`)
  if (cell.kind === 'bytes' || binaryTypes.includes(dataType))
    return plain(sql`MD5(${column})`, `md5(${there})`)
  if (cell.kind === 'date') {
    const postgres = dataType === 'timestamp' ? `(${there} AT TIME ZONE 'UTC')::text` : `${there}::text`
    return plain(sql`IF(${isDaySql(column)}, ${trimmed(column, type)}, NULL)`, postgres)
  }
  if (dataType === 'time') return plain(trimmed(column, type))
  if (dataType === 'decimal') {
    const digits = trusted(/\([\d,]+\)/.exec(type)?.[0] ?? '')
    return plain(sql`CAST(${column} AS DECIMAL${digits})`, `${there}::${target.type}::text`)
  }
  if (dataType === 'year') return plain(sql`${column} + 0`)
  if (dataType === 'float' || dataType === 'double')
    return plain(mysqlDouble(sql`(${column} * 1e0)`), pgDouble(`${there}::float8`))
  if (textTypes.includes(dataType)) {
    const bytes = read.readAs === 'utf8' ? sql`CONVERT(${column} USING utf8mb4)` : column
    const mysql = sql`REPLACE(CAST(${bytes} AS BINARY), 0x00, '')`
    if (longTypes.includes(dataType)) return plain(sql`MD5(${mysql})`, `md5(${there})`)
    return { mysql, postgres: there, isPlain: false }
  }
  if (/zerofill/.test(type)) return plain(sql`CAST(${column} AS UNSIGNED)`)
  return plain(sql`CAST(${column} AS CHAR)`)
}

/** PostgreSQL shows no zeros at the end of a fraction. */
function trimmed(column: Sql, type: string): Sql {
  const text = sql`CAST(${column} AS CHAR)`
  return /\(\d\)/.test(type) && !/^date$/.test(type)
    ? sql`TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM ${text}))`
    : text
}

/** Both print the fewest digits that name the number, but put point and exponent elsewhere: so digits and magnitude. */
function mysqlDouble(value: Sql): Sql {
  const text = sql`CONCAT(${value})`
  const mantissa = sql`REPLACE(SUBSTRING_INDEX(${text}, 'e', 1), '-', '')`
  const exponent = sql`IF(LOCATE('e', ${text}) > 0, CAST(SUBSTRING_INDEX(${text}, 'e', -1) AS SIGNED), 0)`
  const before = sql`SUBSTRING_INDEX(${mantissa}, '.', 1)`
  const after = sql`IF(LOCATE('.', ${mantissa}) > 0, SUBSTRING_INDEX(${mantissa}, '.', -1), '')`
  const zeros = sql`LENGTH(${after}) - LENGTH(TRIM(LEADING '0' FROM ${after}))`
  const digits = sql`TRIM(BOTH '0' FROM REPLACE(${mantissa}, '.', ''))`
  const magnitude = sql`${exponent} + IF(${before} = '0', -(${zeros}), LENGTH(${before}))`
  return sql`IF(${value} = 0, ${text}, CONCAT(IF(${value} < 0, '-', ''), ${digits}, 'e', ${magnitude}))`
}

/** Where fewer digits lie just on the border of what names the number, PostgreSQL prints one more than MySQL does. */
function pgDouble(value: string): string {
  const text = `(${value})::text`
  const mantissa = `replace(split_part(${text}, 'e', 1), '-', '')`
  const exponent = `coalesce(nullif(split_part(${text}, 'e', 2), '')::int, 0)`
  const before = `split_part(${mantissa}, '.', 1)`
  const after = `split_part(${mantissa}, '.', 2)`
  const zeros = `length(${after}) - length(ltrim(${after}, '0'))`
  const magnitude = `(${exponent} + CASE WHEN ${before} = '0' THEN -(${zeros}) ELSE length(${before}) END)`
  const digits = `btrim(replace(${mantissa}, '.', ''), '0')`
  const rounded = `round(abs(${text}::numeric), length(${digits}) - 1 - ${magnitude})`
  const shorter = `btrim(replace(${rounded}::text, '.', ''), '0')`
  // The greatest number of all would be rounded beyond what there is.
  const isRoundable = `length(${digits}) > 15 AND abs(${value}) < 1e308`
  const isEnough = `${rounded}::float8 = abs(${value})`
  const shortest = `CASE WHEN ${isRoundable} THEN CASE WHEN ${isEnough} THEN ${shorter} ELSE ${digits} END ELSE ${digits} END`
  return `CASE WHEN ${value} = 0 THEN ${text} ELSE CASE WHEN ${value} < 0 THEN '-' ELSE '' END || (${shortest}) || 'e' || ${magnitude} END`
}
