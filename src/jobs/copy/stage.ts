/** Rows on their way over those that are there: a table of the session's own, which ends with the transaction. */
import { counted } from '../../base/counted.ts'
import { OpsError } from '../../base/errors.ts'
import { deletedAtColumn } from '../../postgres/create-table.ts'
import { sqlState } from '../../postgres/postgres-error.ts'
import type { PgSession } from '../../postgres/session.ts'
import { nameList, quoteName } from '../../postgres/sql.ts'
import { pgTableText } from '../../postgres/table-name.ts'
import { hasMarks } from './marks.ts'
import type { CopyPlan } from './plan.ts'
import { otherAtCommit, proveAtCommit, waitsForCommit } from './prove-at-commit.ts'

export type Staged = Pick<CopyPlan, 'request' | 'columns' | 'key' | 'place'>

export interface Stage {
  write(lines: Buffer): Promise<void>
  /** No more rows; answers how many came. */
  end(): Promise<number>
  /** How they differ from the target's; `pending` of those have their stamp from the watermark on. */
  judge(watermark: { readonly column: string; readonly text: string } | undefined): Promise<Judged>
  merge(): Promise<{ readonly inserted: number; readonly updated: number }>
  /** Deletes or marks what is not in the stage. */
  deleteAbsent(): Promise<number>
  /**
   * Call it when all is written: triggers that wait for the commit fire here. `gone` is what may not be there any more.
   * @throws OpsError where the target's triggers made other rows of them.
   */
  prove(gone: 'what is not in the stage' | Keys): Promise<void>
  drop(): Promise<void>
}

/** Each told as the target's own text. */
export type Keys = readonly (readonly string[])[]

export interface Judged {
  readonly missing: number
  readonly changed: number
  readonly pending: number
}

const stage = 'pg_temp.ops_stage'

export async function openStage(pg: PgSession, sides: Staged): Promise<Stage> {
  const { columns, key, request } = sides
  const { as } = request
  const quoted = quoteName(as.schema, as.table)
  const doing = `writing ${pgTableText(as)}`
  const names = columns.map(each => each.target.name)
  const list = names.map(each => quoteName(each)).join(', ')
  const number = numberColumn(columns)
  await pg.query(
    `CREATE TEMP TABLE ops_stage ON COMMIT DROP AS SELECT ${list}, 0::bigint AS ${number} FROM ${quoted} WITH NO DATA;
     CREATE TEMP SEQUENCE ops_numbers; ALTER TABLE ${stage} ALTER ${number} SET DEFAULT nextval('pg_temp.ops_numbers')`,
    doing,
  )
  let isRead = false
  const copy = pg.copyIn(`COPY ${stage} ${nameList(names)} FROM STDIN`, doing)
  return {
    write: copy.write,
    async end() {
      const came = await copy.end()
      // It is joined by its key, and by nothing else.
      await pg.query(`ANALYZE ${stage} ${nameList(key.columns)}`, doing)
      return came
    },
    async judge(watermark) {
      const [judged] = await pg.records(
        judgeText(sides, watermark?.column),
        doing,
        watermark ? [watermark.text] : undefined,
      )
      const number = (name: string): number => Number(judged?.[name] ?? 0)
      return { missing: number('missing'), changed: number('changed'), pending: number('pending') }
    },
    async merge() {
      const [merged] = await pg.records(upsertText(sides), doing)
      return { inserted: Number(merged?.inserted ?? 0), updated: Number(merged?.updated ?? 0) }
    },
    async deleteAbsent() {
      const { affected } = await pg.query(deleteAbsentText(sides), doing)
      return affected
    },
    async prove(gone) {
      if (!fires(sides)) return
      await pg.query('SET CONSTRAINTS ALL IMMEDIATE', doing)
      refuseOthers(sides, Number(await pg.value(differingText(sides), doing)))
      const stillThere =
        typeof gone === 'string' ? pg.value(stillThereText(sides), doing) : countKeys(pg, sides, gone)
      refuseOthers(sides, Number(await stillThere))
      if (!(await waitsForCommit(pg, doing))) return
      isRead = true
      if (typeof gone !== 'string') await keepGone(pg, sides, gone)
      const leftText = typeof gone === 'string' ? stillThereText(sides) : countGoneText(sides, goneTable)
      await proveAtCommit(pg, [differingText(sides), leftText], doing)
    },
    async drop() {
      // The commit takes it away, too.
      if (isRead) return
      await pg.query(`DROP TABLE ${stage}; DROP SEQUENCE pg_temp.ops_numbers`, doing)
    },
  }
}

/** Counts the rows as they come; by a name that no column of theirs has. */
function numberColumn(columns: Staged['columns']): string {
  let name = 'ops_number'
  while (columns.some(({ target }) => target.name === name)) name += '_'
  return name
}

/** A row that came twice (it was changed while it was read) counts as it came last. */
function upsertText({ request, columns, key, place }: Staged): string {
  const { as } = request
  const list = columns.map(each => quoteName(each.target.name)).join(', ')
  const keys = key.columns.map(each => quoteName(each)).join(', ')
  const others = columns.filter(each => !each.isKey).map(each => quoteName(each.target.name))
  // Once soft, a mark is taken back whatever this run says of deletes.
  const back = hasMarks(place) ? [quoteName(deletedAtColumn.name)] : []
  const sets = [...others.map(each => `${each} = excluded.${each}`), ...back.map(each => `${each} = NULL`)]
  const old = [...others, ...back].map(each => `there.${each}`).join(', ')
  const fresh = [...others.map(each => `excluded.${each}`), ...back.map(() => 'NULL')].join(', ')
  const onConflict =
    sets.length === 0
      ? 'DO NOTHING'
      : `DO UPDATE SET ${sets.join(', ')} WHERE ROW(${old}) IS DISTINCT FROM ROW(${fresh})`
  return `WITH merged AS (
      INSERT INTO ${quoteName(as.schema, as.table)} AS there (${list})
      SELECT DISTINCT ON (${keys}) ${list} FROM ${stage} ORDER BY ${keys}, ${numberColumn(columns)} DESC
      ON CONFLICT (${keys}) ${onConflict}
      RETURNING (xmax = 0) AS is_new)
    SELECT count(*) FILTER (WHERE is_new) AS inserted, count(*) FILTER (WHERE NOT is_new) AS updated FROM merged`
}

function sameKey({ key }: Staged): string {
  return key.columns.map(each => `stage.${quoteName(each)} = there.${quoteName(each)}`).join(' AND ')
}

function judgeText(sides: Staged, by: string | undefined): string {
  const { request, columns, key, place } = sides
  const { as } = request
  const cells = (side: string): string =>
    columns.map(each => `${side}.${quoteName(each.target.name)}`).join(', ')
  const type = columns.find(each => each.source.name === by)?.target.type
  const isMissing = `there.${quoteName(key.columns[0] ?? '')} IS NULL`
  const isChanged = `NOT (${isMissing}) AND ROW(${cells('there')}) IS DISTINCT FROM ROW(${cells('stage')})`
  const isPending = by === undefined ? 'false' : `stage.${quoteName(by)} >= $1::${type}`
  return `SELECT count(*) FILTER (WHERE (${isMissing}) AND NOT (${isPending})) AS missing,
      count(*) FILTER (WHERE (${isChanged}) AND NOT (${isPending})) AS changed,
      count(*) FILTER (WHERE ((${isMissing}) OR (${isChanged})) AND (${isPending})) AS pending
    FROM ${stage} AS stage LEFT JOIN ${quoteName(as.schema, as.table)} AS there ON ${sameKey(sides)}
      ${hasMarks(place) ? `AND there.${quoteName(deletedAtColumn.name)} IS NULL` : ''}`
}

const fires = ({ place }: Staged): boolean => (place.table?.triggers.length ?? 0) > 0

/** `rows` are not there as they came, or are still there. */
function refuseOthers({ request, place }: Staged, rows: number): void {
  if (rows === 0) return
  const where = pgTableText(request.as)
  throw new OpsError({
    code: 'not-converged',
    title: `${counted(rows, 'row')} of ${where} ${rows === 1 ? 'is' : 'are'} not as the source has ${rows === 1 ? 'it' : 'them'}: a trigger there changes rows or keeps them (${place.table?.triggers.join(', ')})`,
    changed: 'no',
    next: `Nothing was copied. Let the trigger write into columns of its own, or take it away: ALTER TABLE ${quoteName(request.as.schema, request.as.table)} DISABLE TRIGGER USER.`,
  })
}

/** How many rows, as they came last, are not in the target just so. */
function differingText(sides: Staged): string {
  const { request, columns, key } = sides
  const keys = key.columns.map(each => quoteName(each)).join(', ')
  const cells = (side: string): string =>
    columns.map(each => `${side}.${quoteName(each.target.name)}`).join(', ')
  return `SELECT count(*) FROM (SELECT DISTINCT ON (${keys}) * FROM ${stage} ORDER BY ${keys}, ${numberColumn(columns)} DESC) AS stage
    LEFT JOIN ${quoteName(request.as.schema, request.as.table)} AS there ON ${sameKey(sides)}
    WHERE there.${quoteName(key.columns[0] ?? '')} IS NULL OR ROW(${cells('there')}) IS DISTINCT FROM ROW(${cells('stage')})`
}

function stillThereText(sides: Staged): string {
  const { as, deletes } = sides.request
  const unmarked = deletes === 'soft' ? ` AND there.${quoteName(deletedAtColumn.name)} IS NULL` : ''
  return `SELECT count(*) FROM ${quoteName(as.schema, as.table)} AS there
    WHERE NOT EXISTS (SELECT 1 FROM ${stage} AS stage WHERE ${sameKey(sides)})${unmarked}`
}

function deleteAbsentText(sides: Staged): string {
  const { as, deletes } = sides.request
  const quoted = quoteName(as.schema, as.table)
  const absent = `NOT EXISTS (SELECT 1 FROM ${stage} AS stage WHERE ${sameKey(sides)})`
  if (deletes !== 'soft') return `DELETE FROM ${quoted} AS there WHERE ${absent}`
  const deletedAt = quoteName(deletedAtColumn.name)
  return `UPDATE ${quoted} AS there SET ${deletedAt} = now() WHERE ${absent} AND ${deletedAt} IS NULL`
}

/** Deletes or marks the rows of these keys. */
export async function deleteKeys(pg: PgSession, sides: Staged, keys: Keys): Promise<number> {
  const { as, deletes } = sides.request
  const quoted = quoteName(as.schema, as.table)
  const deletedAt = quoteName(deletedAtColumn.name)
  const { gone, same } = goneText(sides)
  const text =
    deletes === 'soft'
      ? `UPDATE ${quoted} AS there SET ${deletedAt} = now() FROM ${gone} WHERE ${same} AND there.${deletedAt} IS NULL`
      : `DELETE FROM ${quoted} AS there USING ${gone} WHERE ${same}`
  let affected = 0
  for (const some of inRecords(keys))
    affected += (await pg.query(text, `deleting from ${pgTableText(as)}`, [some])).affected
  if (fires(sides)) refuseOthers(sides, keys.length - affected)
  return affected
}

/** How many rows of these keys are there, unmarked. */
async function countKeys(pg: PgSession, sides: Staged, keys: Keys): Promise<number> {
  const text = countGoneText(sides, goneText(sides).gone)
  let found = 0
  for (const some of inRecords(keys))
    found += Number(await pg.value(text, `looking at ${pgTableText(sides.request.as)}`, [some]))
  return found
}

/** `gone`: what gives their keys. */
function countGoneText(sides: Staged, gone: string): string {
  const { as, deletes } = sides.request
  const unmarked = deletes === 'soft' ? ` AND there.${quoteName(deletedAtColumn.name)} IS NULL` : ''
  return `SELECT count(*) FROM ${quoteName(as.schema, as.table)} AS there, ${gone} WHERE ${goneText(sides).same}${unmarked}`
}

const goneTable = 'pg_temp.ops_gone AS gone'

/** Keys for a look at the commit. */
async function keepGone(pg: PgSession, sides: Staged, keys: Keys): Promise<void> {
  const { gone } = goneText(sides)
  const doing = `writing ${pgTableText(sides.request.as)}`
  await pg.query(`CREATE TEMP TABLE ops_gone ON COMMIT DROP AS SELECT * FROM ${gone}`, doing, ['[]'])
  for (const some of inRecords(keys))
    await pg.query(`INSERT INTO pg_temp.ops_gone SELECT * FROM ${gone}`, doing, [some])
}

/** Says of a commit which the proof at its end took back what a refusal before it says. */
export async function toldAtCommit<T>(sides: Staged, committed: Promise<T>): Promise<T> {
  try {
    return await committed
  } catch (thrown) {
    const cause = thrown instanceof OpsError ? thrown.cause : undefined
    if (sqlState(thrown) === otherAtCommit && cause instanceof Error)
      refuseOthers(sides, Number(cause.message))
    throw thrown
  }
}

/** Keys that come as `$1`, and how they are joined. */
function goneText({ key, columns }: Staged): { readonly gone: string; readonly same: string } {
  const fields = key.columns.map((_each, index) => `k${index} text`).join(', ')
  const same = key.columns
    .map(
      (each, index) =>
        `there.${quoteName(each)} = gone.k${index}::${columns.find(({ source }) => source.name === each)?.target.type}`,
    )
    .join(' AND ')
  return { gone: `json_to_recordset($1::json) AS gone(${fields})`, same }
}

const keysAtOnce = 5_000

function* inRecords(keys: Keys): Generator<string> {
  for (let from = 0; from < keys.length; from += keysAtOnce) {
    const some = keys.slice(from, from + keysAtOnce)
    yield JSON.stringify(some.map(each => Object.fromEntries(each.map((cell, index) => [`k${index}`, cell]))))
  }
}
