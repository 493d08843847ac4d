/** How large tables are: by their files where the server tells them, else by its statistics, which may be old. */
import { OpsError } from '../../base/errors.ts'
import type { Session } from '../../mysql/session.ts'
import { type Sql, sql, trusted } from '../../mysql/sql.ts'
import type { TableName } from '../../mysql/table-name.ts'

export interface TableSize extends TableName {
  readonly engine: string
  /** An estimate of the engine. */
  readonly rows: number
  readonly bytes: number
  /** Of these, what the file keeps free for rows to come. */
  readonly freeBytes: number
  /** `statistics` may be off by much after a load, and leave out what a file keeps free. */
  readonly by: 'files' | 'statistics'
}

export interface Sizes {
  /** The largest first. */
  readonly tables: readonly TableSize[]
  /** Why sizes are by statistics; undefined: they are not. */
  readonly why: string | undefined
}

const own = ['mysql', 'information_schema', 'performance_schema', 'sys']

/** `database` undefined: all but the server's own. */
export async function tableSizes(session: Session, database: string | undefined): Promise<Sizes> {
  if (database !== undefined) await checkDatabase(session, database)
  const files = await fileSizes(session)
  const where = database === undefined ? sql`TRUE` : sql`TABLE_SCHEMA = ${database}`
  const records = await session.records(
    sql`SELECT TABLE_SCHEMA AS d, TABLE_NAME AS t, ENGINE AS engine, TABLE_ROWS AS row_count, DATA_LENGTH AS data,
        INDEX_LENGTH AS indexes, DATA_FREE AS free FROM information_schema.TABLES
        WHERE ENGINE IS NOT NULL AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') AND ${where}`,
    'looking at the tables',
  )
  const tables = records
    .filter(({ d }) => database !== undefined || !own.includes((d ?? '').toLowerCase()))
    .map(({ d, t, engine, row_count, data, indexes, free }): TableSize => {
      const name = { database: d ?? '', table: t ?? '' }
      const file = files.bytes.get(key(name.database, name.table))
      const isInnodb = engine === 'InnoDB'
      // Other engines keep a file each for data and indexes, whose lengths these are.
      const told = Number(data ?? 0) + Number(indexes ?? 0) + (isInnodb ? Number(free ?? 0) : 0)
      return {
        ...name,
        engine: engine ?? '',
        rows: Number(row_count ?? 0),
        bytes: file ?? told,
        // In a space of several tables it would be what is free for all of them.
        freeBytes: file === undefined ? 0 : Math.min(file, Number(free ?? 0)),
        by: file !== undefined || !isInnodb ? 'files' : 'statistics',
      }
    })
    .sort((one, other) => other.bytes - one.bytes)
  return { tables, why: tables.some(each => each.by === 'statistics') ? files.why : undefined }
}

/** @throws OpsError `failed` where there is none of that name. */
async function checkDatabase(session: Session, database: string): Promise<void> {
  const known = await session.records(
    sql`SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA`,
    'looking for the database',
  )
  if (known.some(({ name }) => name === database)) return
  const names = known.map(({ name }) => name ?? '').filter(name => !own.includes(name.toLowerCase()))
  throw new OpsError({
    code: 'failed',
    title: `${session.source}: there is no database ${database}, or the account may not see it`,
    changed: 'no',
    next:
      names.length === 0 ? 'The account sees no database.' : `Databases: ${names.slice(0, 12).join(', ')}.`,
  })
}

const key = (database: string, table: string): string => JSON.stringify([database, table])

/** A name in a tablespace's is spelled as that of its file; a partition's table stands before #P#. MySQL lends nobody the character set of these names. */
async function fileSizes(
  session: Session,
): Promise<{ readonly bytes: ReadonlyMap<string, number>; readonly why: string }> {
  const bytes = new Map<string, number>()
  const spelled = (part: Sql): Sql => sql`CONVERT(CONVERT(${part} USING filename) USING utf8mb4)`
  const file = sql`SUBSTRING(BINARY NAME, LOCATE('/', NAME) + 1)`
  const table = sql`SUBSTRING_INDEX(SUBSTRING_INDEX(${file}, '#P#', 1), '#p#', 1)`
  const isMysql = session.version.flavor === 'mysql'
  let why = 'the server does not tell the sizes of files'
  for (const view of ['INNODB_SYS_TABLESPACES', 'INNODB_TABLESPACES']) {
    try {
      if (isMysql)
        return { bytes: await mysqlSizes(session, view), why: 'these tables have no file of their own' }
      const records = await session.records(
        sql`SELECT ${spelled(sql`SUBSTRING_INDEX(BINARY NAME, '/', 1)`)} AS d, ${spelled(table)} AS t, SUM(FILE_SIZE) AS bytes
            FROM information_schema.${trusted(view)} WHERE NAME LIKE '%/%' GROUP BY 1, 2`,
        'looking at the files of tables',
      )
      for (const record of records) bytes.set(key(record.d ?? '', record.t ?? ''), Number(record.bytes ?? 0))
      return { bytes, why: 'these tables have no file of their own' }
    } catch (thrown) {
      const said = thrown instanceof Error ? thrown.message : String(thrown)
      if (/PROCESS/.test(said)) why = 'the account has not the right PROCESS, which the sizes of files need'
    }
  }
  return { bytes, why }
}

/** Names that it spells in another way than `@` and four digits are left out: the statistics tell of these. */
async function mysqlSizes(session: Session, view: string): Promise<ReadonlyMap<string, number>> {
  const bytes = new Map<string, number>()
  const records = await session.records(
    sql`SELECT NAME AS name, FILE_SIZE AS bytes FROM information_schema.${trusted(view)} WHERE NAME LIKE '%/%' AND FILE_SIZE > 0`,
    'looking at the files of tables',
  )
  for (const record of records) {
    const [, database = '', file = ''] = /^([^/]*)\/(.*)$/s.exec(record.name ?? '') ?? []
    const at = key(asNamed(database), asNamed(file.replace(/#p#.*$/is, '')))
    bytes.set(at, (bytes.get(at) ?? 0) + Number(record.bytes ?? 0))
  }
  return bytes
}

const asNamed = (file: string): string =>
  file.replaceAll(/@([0-9a-f]{4})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
