/** The columns of a table, as the server's catalog has them, and a fingerprint of what a saved row depends on. */
import { createHash } from 'node:crypto'
import type { Session } from './session.ts'
import { sql } from './sql.ts'
import { type TableName, tableText } from './table-name.ts'

export interface Column {
  readonly name: string
  /** As the server spells it: `bigint(20) unsigned`. */
  readonly type: string
  /** The word alone: `bigint`. */
  readonly dataType: string
  readonly isNullable: boolean
  /** Computed by the server: neither read nor written by jobs. */
  readonly isGenerated: boolean
  /** Left out by `SELECT *` and by an INSERT without names. */
  readonly isInvisible: boolean
  readonly isAutoIncrement: boolean
  readonly characterSet: string | null
  readonly collation: string | null
  /** As SQL text, or null for none. */
  readonly defaultSql: string | null
  readonly extra: string
  readonly comment: string
}

/** In the table's order. `doing` is what an error says was going on. */
export async function readColumns(
  session: Session,
  { database, table }: TableName,
  doing: string,
): Promise<Column[]> {
  const records = await session.records(
    sql`SELECT COLUMN_NAME AS name, COLUMN_TYPE AS type, DATA_TYPE AS data_type, IS_NULLABLE AS nullable,
        CHARACTER_SET_NAME AS charset, COLLATION_NAME AS collation, COLUMN_DEFAULT AS default_sql, EXTRA AS extra,
        COLUMN_COMMENT AS comment FROM information_schema.COLUMNS
        WHERE TABLE_SCHEMA = ${database} AND TABLE_NAME = ${table} ORDER BY ORDINAL_POSITION`,
    doing,
  )
  return records.map(record => {
    const extra = record.extra ?? ''
    return {
      name: record.name ?? '',
      type: record.type ?? '',
      dataType: (record.data_type ?? '').toLowerCase(),
      isNullable: record.nullable === 'YES',
      // MySQL 8 says DEFAULT_GENERATED of a default that is an expression: that column is stored like any other.
      isGenerated: /\b(VIRTUAL|STORED|PERSISTENT)\b/i.test(extra),
      isInvisible: /\bINVISIBLE\b/i.test(extra),
      isAutoIncrement: /\bauto_increment\b/i.test(extra),
      characterSet: record.charset ?? null,
      collation: record.collation ?? null,
      defaultSql: record.default_sql ?? null,
      extra,
      comment: record.comment ?? '',
    }
  })
}

/**
 * A type in the one spelling that goes into fingerprints: MySQL 8.0 leaves out the width of integers, which says nothing about
 * values, and the only one that a year can have, and gave collections of geometries a shorter name.
 */
export function typeSpelling(type: string): string {
  return type
    .replace(/^((?:tiny|small|medium|big)?int)\(\d+\)/, '$1')
    .replace(/^year$/, 'year(4)')
    .replace(/^geomcollection$/, 'geometrycollection')
}

/** As fingerprints had types before they knew of years and collections of geometries: receipts of then have it so. */
const formerSpelling = (type: string): string => type.replace(/^((?:tiny|small|medium|big)?int)\(\d+\)/, '$1')

/** Of the stored columns alone: an index or a comment changes nothing about a saved row. */
export function fingerprintOf(columns: readonly Column[], spelling = typeSpelling): string {
  const parts = columns
    .filter(column => !column.isGenerated)
    .map(column => [
      column.name,
      spelling(column.type),
      column.characterSet?.replace(/^utf8$/, 'utf8mb3') ?? null,
      column.isNullable,
    ])
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
}

/** Whether what was saved with this fingerprint has the shape of the table as it is now. */
export function hasShape(
  table: { readonly fingerprint: string; readonly columns: readonly Column[] },
  saved: string,
): boolean {
  return saved === table.fingerprint || saved === fingerprintOf(table.columns, formerSpelling)
}

/** The fingerprint as it is now: one statement, to see whether a table was altered meanwhile. */
export async function readFingerprint(session: Session, wanted: TableName): Promise<string> {
  return fingerprintOf(await readColumns(session, wanted, `looking at ${tableText(wanted)}`))
}
