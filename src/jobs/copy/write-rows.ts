/** How rows get into the target: straight into a new table, or through a stage over the rows that are there. */

import { OpsError } from '../../base/errors.ts'
import { createTableText, deletedAtColumn } from '../../postgres/create-table.ts'
import type { PgSession } from '../../postgres/session.ts'
import { nameList, quoteName } from '../../postgres/sql.ts'
import { pgTableText } from '../../postgres/table-name.ts'
import type { CopyPlan } from './plan.ts'

/** What became of the rows that came. */
export interface Written {
  readonly came: number
  readonly inserted: number
  readonly updated: number
  /** Were there, equal. */
  readonly unchanged: number
  /** Gone from the source, and now from the target. */
  readonly deleted: number
}

export interface Landing {
  write(lines: Buffer): Promise<void>
  /** Puts them in their place. */
  settle(): Promise<Written>
  fail(): Promise<void>
}

type Target = Pick<CopyPlan, 'request' | 'columns' | 'key' | 'place' | 'mode'>

/** Inside the transaction that `settle` belongs to as well. */
export async function openLanding(pg: PgSession, plan: Target): Promise<Landing> {
  return plan.mode === 'new' ? intoNewTable(pg, plan) : throughStage(pg, plan)
}

async function intoNewTable(pg: PgSession, { request, columns, key, place }: Target): Promise<Landing> {
  const { as } = request
  const quoted = quoteName(as.schema, as.table)
  const doing = `writing ${pgTableText(as)}`
  if (!place.hasSchema) await pg.query(`CREATE SCHEMA ${quoteName(as.schema)}`, doing)
  const targets = columns.map(each => each.target)
  const isNew = !place.table
  const all = request.deletes === 'soft' ? [...targets, deletedAtColumn] : targets
  if (isNew) await pg.query(createTableText(as, all), doing)
  // What was empty may have got rows since.
  else {
    await pg.query(`LOCK TABLE ${quoted} IN SHARE ROW EXCLUSIVE MODE`, doing)
    const rows = await pg.query(`SELECT 1 FROM ${quoted} LIMIT 1`, doing)
    if (rows.rows.length > 0) throw filledMeanwhile(pgTableText(as))
  }
  const copy = pg.copyIn(`COPY ${quoted} ${nameList(targets.map(each => each.name))} FROM STDIN`, doing)
  return {
    write: copy.write,
    fail: copy.fail,
    async settle() {
      const came = await copy.end()
      if (isNew) await pg.query(`ALTER TABLE ${quoted} ADD PRIMARY KEY ${nameList(key.columns)}`, doing)
      await pg.query(`ANALYZE ${quoted}`, doing)
      return { came, inserted: came, updated: 0, unchanged: 0, deleted: 0 }
    },
  }
}

function filledMeanwhile(where: string): OpsError {
  return new OpsError({
    code: 'moved',
    title: `${where} was empty, and has rows of somebody else by now`,
    changed: 'no',
    next: 'Look at what writes there. Name another table, or replace its rows with --full.',
  })
}

/** A name of the session's own: no schema has it. */
const stage = 'pg_temp.ops_stage'

async function throughStage(pg: PgSession, plan: Target): Promise<Landing> {
  const { columns, request } = plan
  const { as } = request
  const quoted = quoteName(as.schema, as.table)
  const doing = `writing ${pgTableText(as)}`
  const names = columns.map(each => each.target.name)
  const list = names.map(each => quoteName(each)).join(', ')
  await pg.query(
    `CREATE TEMP TABLE ops_stage ON COMMIT DROP AS SELECT ${list}, 0::bigint AS ops_number FROM ${quoted} WITH NO DATA;
     CREATE TEMP SEQUENCE ops_numbers; ALTER TABLE ${stage} ALTER ops_number SET DEFAULT nextval('pg_temp.ops_numbers')`,
    doing,
  )
  const copy = pg.copyIn(`COPY ${stage} ${nameList(names)} FROM STDIN`, doing)
  return {
    write: copy.write,
    fail: copy.fail,
    async settle() {
      const came = await copy.end()
      await pg.query(`ANALYZE ${stage}`, doing)
      const [merged] = await pg.records(upsertText(plan, stage), doing)
      const deleted =
        plan.mode === 'whole' ? (await pg.query(deleteAbsentText(plan, stage), doing)).affected : 0
      await pg.query(`DROP TABLE ${stage}; DROP SEQUENCE pg_temp.ops_numbers`, doing)
      const inserted = Number(merged?.inserted ?? 0)
      const updated = Number(merged?.updated ?? 0)
      return { came, inserted, updated, unchanged: came - inserted - updated, deleted }
    },
  }
}

/** A row that came twice (it was changed while it was read) counts as it came last. */
function upsertText({ request, columns, key, place }: Target, from: string): string {
  const { as } = request
  const names = columns.map(each => quoteName(each.target.name))
  const list = names.join(', ')
  const keys = key.columns.map(each => quoteName(each)).join(', ')
  const deletedAt = quoteName(deletedAtColumn.name)
  const others = columns.filter(each => !each.isKey).map(each => quoteName(each.target.name))
  // Once soft, a mark is taken back whatever this run says of deletes.
  const hasMarks = place.table?.columns.some(each => each.name === deletedAtColumn.name)
  const back = hasMarks ? [deletedAt] : []
  const sets = [...others.map(each => `${each} = excluded.${each}`), ...back.map(each => `${each} = NULL`)]
  const old = [...others, ...back].map(each => `there.${each}`).join(', ')
  const fresh = [...others.map(each => `excluded.${each}`), ...back.map(() => 'NULL')].join(', ')
  const onConflict =
    sets.length === 0
      ? 'DO NOTHING'
      : `DO UPDATE SET ${sets.join(', ')} WHERE ROW(${old}) IS DISTINCT FROM ROW(${fresh})`
  return `WITH merged AS (
      INSERT INTO ${quoteName(as.schema, as.table)} AS there (${list})
      SELECT DISTINCT ON (${keys}) ${list} FROM ${from} ORDER BY ${keys}, ops_number DESC
      ON CONFLICT (${keys}) ${onConflict}
      RETURNING (xmax = 0) AS is_new)
    SELECT count(*) FILTER (WHERE is_new) AS inserted, count(*) FILTER (WHERE NOT is_new) AS updated FROM merged`
}

function deleteAbsentText({ request, key }: Target, from: string): string {
  const { as, deletes } = request
  const quoted = quoteName(as.schema, as.table)
  const same = key.columns.map(each => `stage.${quoteName(each)} = there.${quoteName(each)}`).join(' AND ')
  const absent = `NOT EXISTS (SELECT 1 FROM ${from} AS stage WHERE ${same})`
  if (deletes !== 'soft') return `DELETE FROM ${quoted} AS there WHERE ${absent}`
  const deletedAt = quoteName(deletedAtColumn.name)
  return `UPDATE ${quoted} AS there SET ${deletedAt} = now() WHERE ${absent} AND ${deletedAt} IS NULL`
}
