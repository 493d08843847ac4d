/** What a copy keeps beside its rows, in the target's own schema: of which table they are, and how far it came. As text. */
import { createHash } from 'node:crypto'
import { OpsError } from '../../base/errors.ts'
import type { PgSession } from '../../postgres/session.ts'
import { quoteName } from '../../postgres/sql.ts'
import { type PgTableName, pgTableText } from '../../postgres/table-name.ts'

export const recordTable = 'ops_copy'

export interface CopyRecord {
  /** What tells the source's server from every other. */
  readonly server: string
  /** As `shop.users`. */
  readonly sourceTable: string
  /** Null: it is copied whole each time. */
  readonly byColumn: string | null
  readonly watermark: string | null
  readonly fingerprint: string
}

/** Undefined: ops has copied nothing there. */
export async function readRecord(
  session: PgSession,
  { schema, table }: PgTableName,
): Promise<CopyRecord | undefined> {
  const doing = `reading ${pgTableText({ schema, table: recordTable })}`
  const there = await session.query(
    `SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2`,
    doing,
    [schema, recordTable],
  )
  if (there.rows.length === 0) return undefined
  const [found] = await session.records(
    `SELECT server, source_table, by_column, watermark, fingerprint FROM ${quoteName(schema, recordTable)} WHERE target_table = $1`,
    doing,
    [table],
  )
  if (!found) return undefined
  return {
    server: found.server ?? '',
    sourceTable: found.source_table ?? '',
    byColumn: found.by_column ?? null,
    watermark: found.watermark ?? null,
    fingerprint: found.fingerprint ?? '',
  }
}

/** Inside the transaction that brings the rows. */
export async function writeRecord(
  session: PgSession,
  { schema, table }: PgTableName,
  record: CopyRecord,
): Promise<void> {
  const doing = `writing ${pgTableText({ schema, table: recordTable })}`
  const quoted = quoteName(schema, recordTable)
  await session.query(
    `CREATE TABLE IF NOT EXISTS ${quoted} (target_table text PRIMARY KEY, server text NOT NULL, source_table text NOT NULL,
       by_column text, watermark text, fingerprint text NOT NULL, copied_at timestamptz NOT NULL)`,
    doing,
  )
  const { server, sourceTable, byColumn, watermark, fingerprint } = record
  await session.query(
    `INSERT INTO ${quoted} (target_table, server, source_table, by_column, watermark, fingerprint, copied_at)
     VALUES ($1, $2, $3, $4, $5, $6, now())
     ON CONFLICT (target_table) DO UPDATE SET (server, source_table, by_column, watermark, fingerprint, copied_at) =
       (excluded.server, excluded.source_table, excluded.by_column, excluded.watermark, excluded.fingerprint, excluded.copied_at)`,
    doing,
    [table, server, sourceTable, byColumn, watermark, fingerprint],
  )
}

/** Held until the session ends; the server frees it when ops is gone. @throws OpsError `locked`. */
export async function lockTarget(session: PgSession, target: PgTableName): Promise<void> {
  const what = `copy to ${pgTableText(target)}`
  const doing = `taking the lock of ${what}`
  const digest = createHash('sha256')
    .update(JSON.stringify(['ops copy', target.schema, target.table]))
    .digest()
  const number = String(digest.readBigInt64BE(0))
  if ((await session.value('SELECT pg_try_advisory_lock($1::bigint)', doing, [number])) === 't') return
  const [who] = await session.records(
    `SELECT l.pid::text AS pid, a.usename::text AS role, coalesce(a.client_addr::text, 'its own socket') AS address
     FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid)
     WHERE l.locktype = 'advisory' AND l.granted AND ((l.classid::bigint << 32) | l.objid::bigint) = $1::bigint`,
    doing,
    [number],
  )
  throw new OpsError({
    code: 'locked',
    title: `${session.source}: another run holds ${what}${who ? ` (backend ${who.pid}: ${who.role}, from ${who.address})` : ''}`,
    changed: 'no',
    next: 'Wait for it. A run that was killed frees the lock as soon as the server notices that its connection is gone.',
  })
}
