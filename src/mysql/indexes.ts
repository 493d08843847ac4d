/** The indexes of a table, as the server shows them. */
import type { Session } from './session.ts'
import { sql } from './sql.ts'
import { type TableName, tableSql } from './table-name.ts'

export interface Index {
  readonly name: string
  readonly isUnique: boolean
  /** BTREE, HASH, FULLTEXT, SPATIAL. */
  readonly kind: string
  readonly columns: readonly {
    /** Null for an expression. */
    readonly name: string | null
    readonly isPrefix: boolean
    readonly isNullable: boolean
    readonly isDescending: boolean
  }[]
  /** The optimizer must not use it. */
  readonly isIgnored: boolean
}

/** In the order in which the server lists them: the primary key first. */
export async function readIndexes(session: Session, wanted: TableName, doing: string): Promise<Index[]> {
  // SHOW KEYS and not its table: only it has the columns Ignored (MariaDB) and Visible (MySQL) where the server knows them.
  const records = await session.records(sql`SHOW KEYS FROM ${tableSql(wanted)}`, doing)
  const indexes = new Map<
    string,
    { -readonly [Key in keyof Index]: Index[Key] } & { columns: Index['columns'][number][] }
  >()
  for (const record of records) {
    const indexName = record.Key_name ?? ''
    const index = indexes.get(indexName) ?? {
      name: indexName,
      isUnique: record.Non_unique === '0',
      kind: record.Index_type ?? '',
      columns: [],
      isIgnored: record.Ignored === 'YES' || record.Visible === 'NO' || record.Comment === 'disabled',
    }
    index.columns.push({
      name: record.Column_name ?? null,
      isPrefix: (record.Sub_part ?? null) !== null,
      isNullable: record.Null === 'YES',
      isDescending: record.Collation === 'D',
    })
    indexes.set(indexName, index)
  }
  return [...indexes.values()]
}
