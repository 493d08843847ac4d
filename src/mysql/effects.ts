/** What else happens when rows of some tables are deleted or written: triggers, and foreign keys that change other rows. */
import { createHash } from 'node:crypto'
import type { Session } from './session.ts'
import { join, type Sql, sql, trusted } from './sql.ts'
import type { TableName } from './table-name.ts'

const doing = 'looking for triggers and foreign keys'

/**
 * A text that changes when a trigger of these tables, or a foreign key that leads to one of them, comes or goes. With the
 * right PROCESS (`seesAll`) older servers are asked for all foreign keys of the engine: to ask them for those of a table makes
 * them open every table that they have.
 */
export async function triggersAndChildren(
  session: Session,
  tables: readonly TableName[],
  seesAll: boolean,
): Promise<string> {
  const triggers = tables.map(
    ({ database, table }) =>
      sql`SELECT EVENT_OBJECT_SCHEMA, EVENT_OBJECT_TABLE, TRIGGER_NAME, ACTION_TIMING, EVENT_MANIPULATION
        FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = ${database} AND EVENT_OBJECT_TABLE = ${table}`,
  )
  const { flavor, number } = session.version
  const hasDictionary = flavor === 'mysql' && number >= 80_000
  const isFromEngine = seesAll && !hasDictionary
  const keys = isFromEngine ? keysOfEngine : keysTo(tables)
  const rows = await session.cells(join([...triggers, keys], ' UNION ALL '), doing)
  const isWhole = isFromEngine || hasDictionary || !(await isTableUnseen(session))
  const lines = rows.map(row => JSON.stringify(row.map(cell => cell?.toString('latin1') ?? null))).sort()
  return createHash('sha256').update(lines.join('\n')).digest('hex') + (isWhole ? '' : `?${Math.random()}`)
}

/** Of a table that somebody alters just now the server says nothing but a warning; those that do not open have others. */
async function isTableUnseen(session: Session): Promise<boolean> {
  const warnings = await session.records(sql`SHOW WARNINGS`, doing)
  return warnings.some(each => Number(each.Code) === skippedTable)
}

/** ER_WARN_I_S_SKIPPED_TABLE */
const skippedTable = 1684

/** Those that delete or change rows: 1 is ON DELETE CASCADE, 2 is SET NULL (MySQL, "INNODB_SYS_FOREIGN"). */
const keysOfEngine: Sql = sql`SELECT COUNT(*),
    BIT_XOR(CAST(CONV(LEFT(SHA2(CONCAT_WS(' ', ID, FOR_NAME, REF_NAME, TYPE), 256), 16), 16, 10) AS UNSIGNED)), '', '', ''
  FROM information_schema.INNODB_SYS_FOREIGN WHERE ${trusted('TYPE & 3')}`

function keysTo(tables: readonly TableName[]): Sql {
  const any = tables.map(
    ({ database, table }) =>
      sql`(UNIQUE_CONSTRAINT_SCHEMA = ${database} AND REFERENCED_TABLE_NAME = ${table})`,
  )
  return sql`SELECT CONSTRAINT_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, DELETE_RULE, REFERENCED_TABLE_NAME
    FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE ${join(any, ' OR ')}`
}
