/**
 * Hashes of rows, made by each server of its own rows alike: MD5 over the columns' texts, with the length before what may
 * hold anything and NULL apart. A bucket is its count and the sum of 64 bits of each row.
 */
import { join, name, type Sql, sql } from '../../mysql/sql.ts'
import { quoteName } from '../../postgres/sql.ts'
import type { CopyColumn } from './columns.ts'
import { type EqualText, equalText } from './equal-text.ts'

/** The same expression for both servers. */
export interface Both {
  readonly mysql: Sql
  readonly postgres: string
}

export interface RowHashes {
  /** MD5 of the key, as 32 digits. */
  readonly key: Both
  /** MD5 of the row, or of its key where that alone counts. */
  readonly row: Both
  /** Columns that no hash tells anything of. */
  readonly leftOut: readonly string[]
}

export function rowHashes(columns: readonly CopyColumn[], keysOnly: boolean): RowHashes {
  const texts = columns.map(column => ({ column, text: equalText(column) }))
  const md5Of = (chosen: typeof texts): Both => {
    const parts = chosen.flatMap(({ text }) => (text ? [text] : []))
    return {
      mysql: sql`MD5(CONCAT(${join(parts.map(mysqlPart), ", ',', ")}))`,
      postgres: `md5(${parts.map(pgPart).join(` || ',' || `)})`,
    }
  }
  const key = md5Of(texts.filter(each => each.column.isKey))
  return {
    key,
    row: keysOnly ? key : md5Of(texts),
    leftOut: keysOnly ? [] : texts.filter(each => !each.text).map(each => each.column.source.name),
  }
}

function mysqlPart({ mysql, isPlain }: EqualText): Sql {
  return isPlain ? sql`IFNULL(${mysql}, 'N')` : sql`IFNULL(CONCAT(LENGTH(${mysql}), ':', ${mysql}), 'N')`
}

function pgPart({ postgres, isPlain }: EqualText): string {
  return isPlain
    ? `coalesce(${postgres}, 'N')`
    : `coalesce(octet_length(${postgres}) || ':' || ${postgres}, 'N')`
}

const wholeNumbers = ['tinyint', 'smallint', 'mediumint', 'int', 'bigint']

/**
 * In which of so many buckets a row falls, by its key alone. A key that is one whole number needs no hash; the number of
 * buckets must be a prime then, or keys that are all multiples of something would share a few of them.
 */
export function bucketOf(columns: readonly CopyColumn[], { key }: RowHashes, buckets: number): Both {
  const [only, ...more] = columns.filter(each => each.isKey)
  if (only && more.length === 0 && wholeNumbers.includes(only.source.dataType))
    return {
      mysql: sql`${name(only.source.name)} MOD ${buckets}`,
      postgres: `${quoteName(only.target.name)} % ${buckets}`,
    }
  return {
    mysql: sql`CAST(CONV(LEFT(${key.mysql}, 6), 16, 10) AS UNSIGNED) MOD ${buckets}`,
    postgres: `(('x' || left(${key.postgres}, 6))::bit(24)::int % ${buckets})`,
  }
}

/** The first 64 bits of a hash as a number; that of PostgreSQL has a sign (see `unsignedSum`). */
export function bitsOf({ mysql, postgres }: Both): Both {
  return {
    mysql: sql`CAST(CONV(LEFT(${mysql}, 16), 16, 10) AS UNSIGNED)`,
    postgres: `('x' || left(${postgres}, 16))::bit(64)::bigint`,
  }
}

/** The sum of 64 bits without a sign, of a column that has them with one. */
export function unsignedSum(column: string): string {
  return `sum(${column}) + 18446744073709551616 * count(*) FILTER (WHERE ${column} < 0)`
}
