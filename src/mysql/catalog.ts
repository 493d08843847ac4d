/** What a table is made of, read from the server's catalog: columns, indexes, children, triggers, partitions. */
import { createHash } from 'node:crypto'
import { OpsError } from '../base/errors.ts'
import type { Session } from './session.ts'
import { name, type Sql, sql } from './sql.ts'

/** A table's two names, each a name of its own. */
export interface TableName {
  readonly database: string
  readonly table: string
}

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

/** Another table whose foreign key leads here. */
export interface Child {
  readonly table: TableName
  readonly constraint: string
  readonly onDelete: string
}

export interface Trigger {
  readonly name: string
  readonly timing: string
  readonly event: 'INSERT' | 'UPDATE' | 'DELETE'
}

export interface Partition {
  readonly name: string
  readonly method: string
  readonly expression: string
  /** Of RANGE: the upper border, as SQL text. */
  readonly description: string | null
  readonly rows: number
}

export interface Table extends TableName {
  readonly engine: string
  /** BASE TABLE, SYSTEM VERSIONED, VIEW... */
  readonly kind: string
  /** Estimates of the engine. */
  readonly estimate: { readonly rows: number; readonly averageRowBytes: number; readonly dataBytes: number }
  readonly columns: readonly Column[]
  /** Those that jobs read and write, in the table's order. */
  readonly stored: readonly Column[]
  readonly indexes: readonly Index[]
  readonly children: readonly Child[]
  readonly triggers: readonly Trigger[]
  readonly partitions: readonly Partition[]
  /** Changes with whatever a saved row depends on: names, types, character sets, order and nullness of stored columns. */
  readonly fingerprint: string
}

/** The table's quoted name. */
export function tableSql({ database, table }: TableName): Sql {
  return name(database, table)
}

export function tableText({ database, table }: TableName): string {
  return `${database}.${table}`
}

/** @throws OpsError `failed` where there is no such table, or none that the account may see. */
export async function readTable(session: Session, wanted: TableName): Promise<Table> {
  const { database, table } = wanted
  const doing = `looking at ${tableText(wanted)}`
  const [found] = await session.records(
    sql`SELECT TABLE_TYPE AS kind, ENGINE AS engine, TABLE_ROWS AS row_count, AVG_ROW_LENGTH AS row_bytes,
        DATA_LENGTH AS data_bytes FROM information_schema.TABLES
        WHERE TABLE_SCHEMA = ${database} AND TABLE_NAME = ${table}`,
    doing,
  )
  if (!found) throw await noSuchTable(session, wanted)
  const columns = await readColumns(session, wanted, doing)
  return {
    database,
    table,
    engine: found.engine ?? '',
    kind: found.kind ?? '',
    estimate: {
      rows: Number(found.row_count ?? 0),
      averageRowBytes: Number(found.row_bytes ?? 0),
      dataBytes: Number(found.data_bytes ?? 0),
    },
    columns,
    stored: columns.filter(column => !column.isGenerated),
    indexes: await readIndexes(session, wanted, doing),
    children: await readChildren(session, wanted, doing),
    triggers: await readTriggers(session, wanted, doing),
    partitions: await readPartitions(session, wanted, doing),
    fingerprint: fingerprintOf(columns),
  }
}

/** Of the stored columns alone: an index or a comment changes nothing about a saved row. */
export function fingerprintOf(columns: readonly Column[]): string {
  const parts = columns
    .filter(column => !column.isGenerated)
    .map(column => [
      column.name,
      // MySQL 8.0.19 and later leave out the width of integers, which says nothing about values.
      column.type.replace(/^((?:tiny|small|medium|big)?int)\(\d+\)/, '$1'),
      column.characterSet?.replace(/^utf8$/, 'utf8mb3') ?? null,
      column.isNullable,
    ])
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
}

/** The fingerprint as it is now: one statement, to see whether a table was altered meanwhile. */
export async function readFingerprint(session: Session, wanted: TableName): Promise<string> {
  return fingerprintOf(await readColumns(session, wanted, `looking at ${tableText(wanted)}`))
}

async function noSuchTable(session: Session, { database, table }: TableName): Promise<OpsError> {
  const known = await session.records(
    sql`SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${database} LIMIT 500`,
    'looking for the table',
  )
  const near = known.map(each => each.name ?? '').find(each => each.toLowerCase() === table.toLowerCase())
  return new OpsError({
    code: 'failed',
    title: `${session.source}: there is no table ${database}.${table}, or the account may not see it`,
    changed: 'no',
    next:
      near !== undefined
        ? `There is ${database}.${near}: names of tables are written as the server has them.`
        : known.length > 0
          ? `Tables of ${database}: ${known
              .slice(0, 12)
              .map(each => each.name)
              .join(', ')}${known.length > 12 ? ', ...' : ''}.`
          : `The account sees no table of ${database}.`,
  })
}

async function readColumns(
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

async function readIndexes(session: Session, wanted: TableName, doing: string): Promise<Index[]> {
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

async function readChildren(
  session: Session,
  { database, table }: TableName,
  doing: string,
): Promise<Child[]> {
  const records = await session.records(
    sql`SELECT CONSTRAINT_SCHEMA AS child_database, TABLE_NAME AS child, CONSTRAINT_NAME AS constraint_name,
        DELETE_RULE AS on_delete FROM information_schema.REFERENTIAL_CONSTRAINTS
        WHERE UNIQUE_CONSTRAINT_SCHEMA = ${database} AND REFERENCED_TABLE_NAME = ${table}`,
    doing,
  )
  return records.map(record => ({
    table: { database: record.child_database ?? '', table: record.child ?? '' },
    constraint: record.constraint_name ?? '',
    onDelete: record.on_delete ?? '',
  }))
}

/** The columns of a foreign key that refer, each with the one that it refers to. */
export async function readForeignKey(
  session: Session,
  { table, constraint }: Child,
): Promise<readonly { readonly column: string; readonly to: string }[]> {
  const records = await session.records(
    sql`SELECT COLUMN_NAME AS column_name, REFERENCED_COLUMN_NAME AS refers_to FROM information_schema.KEY_COLUMN_USAGE
        WHERE TABLE_SCHEMA = ${table.database} AND TABLE_NAME = ${table.table} AND CONSTRAINT_NAME = ${constraint}
        AND REFERENCED_COLUMN_NAME IS NOT NULL ORDER BY ORDINAL_POSITION`,
    `looking at ${tableText(table)}`,
  )
  return records.map(record => ({ column: record.column_name ?? '', to: record.refers_to ?? '' }))
}

async function readTriggers(
  session: Session,
  { database, table }: TableName,
  doing: string,
): Promise<Trigger[]> {
  const records = await session.records(
    sql`SELECT TRIGGER_NAME AS name, ACTION_TIMING AS timing, EVENT_MANIPULATION AS event
        FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = ${database} AND EVENT_OBJECT_TABLE = ${table}`,
    doing,
  )
  return records.map(record => ({
    name: record.name ?? '',
    timing: record.timing ?? '',
    event: (record.event ?? '') as Trigger['event'],
  }))
}

async function readPartitions(
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
