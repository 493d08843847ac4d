/**
 * Hashes of rows, made by each server of its own rows alike: MD5 over the columns' texts, with the length before what may
 * hold anything and NULL apart. A bucket is its count and the sum of 64 bits of each row.
 */
import { join, type Sql, sql } from '../../mysql/sql.ts'
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

/** In which of so many buckets a row falls, by its key alone. */
export function bucketOf({ mysql, postgres }: Both, buckets: number): Both {
  return {
    mysql: sql`CAST(CONV(LEFT(${mysql}, 6), 16, 10) AS UNSIGNED) MOD ${buckets}`,
    postgres: `(('x' || left(${postgres}, 6))::bit(24)::int % ${buckets})`,
  }
}

/** The sum of the first 64 bits of each hash; both sides print the same number. */
export function sumOf({ mysql, postgres }: Both): Both {
  const bits = `('x' || left(${postgres}, 16))::bit(64)::bigint`
  return {
    mysql: sql`SUM(CAST(CONV(LEFT(${mysql}, 16), 16, 10) AS UNSIGNED))`,
    postgres: `sum(${bits}) + 18446744073709551616 * count(*) FILTER (WHERE ${bits} < 0)`,
  }
}
