/** What the target has already: the table's columns and unique keys, read from PostgreSQL's own catalog. */
import type { PgSession } from './session.ts'
import type { PgTableName } from './table-name.ts'

export interface PgColumn {
  readonly name: string
  /** As the server spells it: `character varying(20)`. */
  readonly type: string
  readonly isNullable: boolean
  readonly hasDefault: boolean
  readonly isGenerated: boolean
}

export interface PgTable extends PgTableName {
  /** r: a table, p: in partitions, v: a view... */
  readonly kind: string
  readonly columns: readonly PgColumn[]
  /** The columns of each unique index that is whole: no condition, no expression. */
  readonly uniqueKeys: readonly (readonly string[])[]
  /** Those that fire in our sessions, its partitions' included: each may change a row, or keep it out. */
  readonly triggers: readonly string[]
  /** Foreign keys that lead here, and change rows of their own tables where a row goes or a value changes. */
  readonly followers: readonly PgFollower[]
  readonly hasRows: boolean
}

export interface PgFollower {
  /** As the server spells it, with its schema. */
  readonly table: string
  readonly constraint: string
  /** Undefined: a row that is referred to stays. */
  readonly onDelete: FollowerAction | undefined
  /** Undefined: values that are referred to stay. */
  readonly onUpdate: FollowerAction | undefined
  /** The columns here that it refers to. */
  readonly columns: readonly string[]
}

export type FollowerAction = 'CASCADE' | 'SET NULL' | 'SET DEFAULT'

const followerActions: Readonly<Record<string, FollowerAction>> = {
  c: 'CASCADE',
  n: 'SET NULL',
  d: 'SET DEFAULT',
}

export interface PgPlace {
  readonly hasSchema: boolean
  readonly table: PgTable | undefined
}

/** @throws OpsError where the account may not read the table. */
export async function readPgPlace(
  session: PgSession,
  { schema, table }: PgTableName,
  quoted: string,
): Promise<PgPlace> {
  const doing = `looking at ${quoted}`
  const schemas = await session.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', doing, [schema])
  const [found] = await session.records(
    `SELECT c.oid::text AS oid, c.relkind::text AS kind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = $2`,
    doing,
    [schema, table],
  )
  const hasSchema = schemas.rows.length > 0
  if (!found) return { hasSchema, table: undefined }
  const oid = found.oid ?? ''
  const columns = await session.records(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type, attnotnull::text AS strict,
       atthasdef::text AS has_default, (attgenerated <> '' OR attidentity = 'a')::text AS generated
     FROM pg_attribute WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    doing,
    [oid],
  )
  const keys = await session.records(
    `SELECT indexrelid::text AS index, array_to_json(ARRAY(SELECT a.attname FROM unnest(i.indkey) WITH ORDINALITY k(n, o)
       JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.n WHERE k.o <= i.indnkeyatts ORDER BY k.o))::text AS columns
     FROM pg_index i WHERE indrelid = $1::oid AND indisunique AND indimmediate AND indisvalid AND indpred IS NULL AND indexprs IS NULL`,
    doing,
    [oid],
  )
  const triggers = await session.query(
    `WITH RECURSIVE parts AS (SELECT $1::oid AS part UNION SELECT inhrelid FROM pg_inherits JOIN parts ON inhparent = part)
     SELECT DISTINCT tgname FROM pg_trigger JOIN parts ON tgrelid = part WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') ORDER BY 1`,
    doing,
    [oid],
  )
  // Each partition has a copy of the key of its whole: that one is told alone. Old servers have no such copies.
  const followers = await session.query(
    `WITH RECURSIVE parts AS (SELECT $1::oid AS part UNION SELECT inhrelid FROM pg_inherits JOIN parts ON inhparent = part),
       keys AS (SELECT oid, conrelid, conname, confdeltype, confupdtype, confrelid, confkey, (to_jsonb(c) ->> 'conparentid')::oid AS whole
         FROM pg_constraint c WHERE contype = 'f' AND confrelid IN (SELECT part FROM parts) AND (confdeltype IN ('c', 'n', 'd') OR confupdtype IN ('c', 'n', 'd')))
     SELECT conrelid::regclass::text, conname, confdeltype::text, confupdtype::text,
       array_to_json(ARRAY(SELECT attname FROM pg_attribute WHERE attrelid = confrelid AND attnum = ANY (confkey) ORDER BY attnum))::text FROM keys
     WHERE NOT EXISTS (SELECT FROM keys up WHERE up.oid = keys.whole) ORDER BY 1, 2`,
    doing,
    [oid],
  )
  const kind = found.kind ?? ''
  const rows = ['r', 'p'].includes(kind)
    ? await session.query(`SELECT 1 FROM ${quoted} LIMIT 1`, doing)
    : undefined
  return {
    hasSchema,
    table: {
      schema,
      table,
      kind,
      columns: columns.map(each => ({
        name: each.name ?? '',
        type: each.type ?? '',
        isNullable: each.strict !== 'true',
        hasDefault: each.has_default === 'true',
        isGenerated: each.generated === 'true',
      })),
      uniqueKeys: keys.map(each => JSON.parse(each.columns ?? '[]') as string[]),
      triggers: triggers.rows.map(([each]) => each ?? ''),
      followers: followers.rows.map(([follower, constraint, onDelete, onUpdate, referred]) => ({
        table: follower ?? '',
        constraint: constraint ?? '',
        onDelete: followerActions[onDelete ?? ''],
        onUpdate: followerActions[onUpdate ?? ''],
        columns: JSON.parse(referred ?? '[]') as string[],
      })),
      hasRows: (rows?.rows.length ?? 0) > 0,
    },
  }
}

/** How the server spells a type that ops writes: `timestamptz` is `timestamp with time zone`. */
export function spelled(type: string): string {
  return type
    .replace(/^varchar/, 'character varying')
    .replace(/^timestamptz$/, 'timestamp with time zone')
    .replace(/^timestamp$/, 'timestamp without time zone')
}

const wider: Readonly<Record<string, readonly string[]>> = {
  smallint: ['integer', 'bigint', 'numeric'],
  integer: ['bigint', 'numeric'],
  bigint: ['numeric'],
  real: ['double precision'],
}

/** Whether a column of the type `actual` takes every value that `planned` takes. Both as the server spells them. */
export function holds(actual: string, planned: string): boolean {
  if (actual === planned) return true
  if (wider[planned]?.includes(actual)) return true
  const planText = /^(?:character varying\((\d+)\)|text)$/.exec(planned)
  if (planText) {
    const actualText = /^(?:character varying(?:\((\d+)\))?|text)$/.exec(actual)
    if (!actualText) return false
    return (
      actualText[1] === undefined ||
      (planText[1] !== undefined && Number(actualText[1]) >= Number(planText[1]))
    )
  }
  const planDigits = /^numeric\((\d+),(\d+)\)$/.exec(planned)
  if (planDigits) {
    if (actual === 'numeric') return true
    const actualDigits = /^numeric\((\d+),(\d+)\)$/.exec(actual)
    const [digits, scale] = [Number(actualDigits?.[1]), Number(actualDigits?.[2])]
    const [plannedDigits, plannedScale] = [Number(planDigits[1]), Number(planDigits[2])]
    return actualDigits !== null && scale >= plannedScale && digits - scale >= plannedDigits - plannedScale
  }
  return false
}
