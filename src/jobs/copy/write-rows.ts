/** How rows get into the target: straight into a new table, or through a stage over the rows that are there. */

import { OpsError } from '../../base/errors.ts'
import { createTableText, deletedAtColumn } from '../../postgres/create-table.ts'
import type { PgSession } from '../../postgres/session.ts'
import { nameList, quoteName, quoteText } from '../../postgres/sql.ts'
import { pgTableText } from '../../postgres/table-name.ts'
import type { CopyPlan } from './plan.ts'
import { type Keys, openStage } from './stage.ts'

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
  /** Call it when all is written; `gone` was deleted beside. @throws OpsError where the target has it otherwise. */
  prove(gone: Keys): Promise<void>
}

type Target = Pick<CopyPlan, 'request' | 'columns' | 'key' | 'place' | 'mode'>

/** Inside the transaction that `settle` belongs to as well. */
export async function openLanding(pg: PgSession, plan: Target): Promise<Landing> {
  // Behind triggers only a stage tells what should be there.
  const fires = (plan.place.table?.triggers.length ?? 0) > 0
  return plan.mode === 'new' && !fires ? intoNewTable(pg, plan) : throughStage(pg, plan)
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
    async settle() {
      const came = await copy.end()
      if (isNew) await pg.query(`ALTER TABLE ${quoted} ADD PRIMARY KEY ${nameList(key.columns)}`, doing)
      if (!(await analyzesItself(pg, quoted, doing))) await pg.query(`ANALYZE ${quoted}`, doing)
      return { came, inserted: came, updated: 0, unchanged: 0, deleted: 0 }
    },
    // No trigger fired.
    prove: async () => undefined,
  }
}

/** Whether the server looks at a filled table by itself, within minutes: never at one in partitions, or that is left out. */
async function analyzesItself(pg: PgSession, quoted: string, doing: string): Promise<boolean> {
  const isOn = `SELECT current_setting('autovacuum')::boolean AND current_setting('track_counts')::boolean AND relkind = 'r'
    AND NOT EXISTS (SELECT FROM pg_options_to_table(reloptions) WHERE option_name = 'autovacuum_enabled' AND NOT option_value::boolean)
    FROM pg_class WHERE oid = ${quoteText(quoted)}::regclass`
  return (await pg.value(isOn, doing)) === 't'
}

function filledMeanwhile(where: string): OpsError {
  return new OpsError({
    code: 'moved',
    title: `${where} was empty, and has rows of somebody else by now`,
    changed: 'no',
    next: 'Look at what writes there. Name another table, or replace its rows with --full.',
  })
}

async function throughStage(pg: PgSession, plan: Target): Promise<Landing> {
  const stage = await openStage(pg, plan)
  return {
    write: stage.write,
    async settle() {
      const came = await stage.end()
      const { inserted, updated } = await stage.merge()
      const deleted = plan.mode === 'whole' ? await stage.deleteAbsent() : 0
      return { came, inserted, updated, unchanged: came - inserted - updated, deleted }
    },
    async prove(gone) {
      await stage.prove(plan.mode === 'whole' ? 'what is not in the stage' : gone)
      await stage.drop()
    },
  }
}
