/** The history of a job that writes into PostgreSQL: a table in the schema of its target, a row a run. */
import { createHash } from 'node:crypto'
import type { PostgresServer } from '../../postgres/server.ts'
import type { PgSession } from '../../postgres/session.ts'
import { quoteName } from '../../postgres/sql.ts'
import { pgTableText } from '../../postgres/table-name.ts'
import type { RunRecords } from './record.ts'
import { type RunRow, readStory, runLock, runsTable, subjectOf, tailOf } from './run-rows.ts'

/** So many runs of one job are kept. */
const mostRuns = '1000'

/** `subject` tells the runs of one job from others in the schema, as `copy shop.users to staging.users`. */
export function pgRecords(open: () => Promise<PostgresServer>, schema: string, subject: string): RunRecords {
  const table = quoteName(schema, runsTable)
  const job = subjectOf(subject)
  const doing = `writing ${pgTableText({ schema, table: runsTable })}`
  /** Its lock says that the run goes on. */
  let alive: PgSession | undefined
  const used = async <Result>(work: (session: PgSession) => Promise<Result>): Promise<Result> => {
    const session = await (await open()).session()
    try {
      return await work(session)
    } finally {
      if (session !== alive) await session.close()
    }
  }
  return {
    begin: begun =>
      used(async session => {
        await makeTable(session, schema, doing)
        await session.query(`INSERT INTO ${table} (job, run, begun) VALUES ($1, $2, $3)`, doing, [
          job,
          begun.run,
          JSON.stringify(begun),
        ])
        await session.query('SELECT pg_advisory_lock($1::bigint)', doing, [lockNumber(begun.run)])
        alive = session
      }),
    async end(ended, log) {
      await used(async session => {
        await session.query(`UPDATE ${table} SET ended = $3, log = $4 WHERE job = $1 AND run = $2`, doing, [
          job,
          ended.run,
          JSON.stringify(ended),
          tailOf(log),
        ])
        await session
          .query(
            `DELETE FROM ${table} WHERE job = $1 AND run < (SELECT run FROM ${table} WHERE job = $1 ORDER BY run DESC LIMIT 1
              OFFSET $2::int - 1)`,
            doing,
            [job, mostRuns],
          )
          .catch(() => undefined)
      })
      await alive?.close()
    },
    last: count =>
      used(async session => {
        const reading = `reading ${pgTableText({ schema, table: runsTable })}`
        if (!(await isTable(session, schema, reading))) return []
        const rows = await session.records(
          `SELECT run, begun, ended, log IS NOT NULL AS has_log FROM ${table} WHERE job = $1 ORDER BY run DESC LIMIT $2::int`,
          reading,
          [job, String(count)],
        )
        const stories = rows.reverse().map(each => {
          const row: RunRow = {
            run: each.run ?? '',
            begun: each.begun ?? '',
            ended: each.ended ?? undefined,
            log: each.has_log === 't' ? `SELECT log FROM ${table} WHERE run = '${each.run}'` : undefined,
          }
          return readStory(row, run => isHeld(session, run))
        })
        return Promise.all(stories)
      }),
  }
}

/** The first copy makes its schema. Names that a run begins with sort by age in any collation: digits and a T. */
async function makeTable(session: PgSession, schema: string, doing: string): Promise<void> {
  if (await isTable(session, schema, doing)) return
  const known = await session.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', doing, [schema])
  if (known.rows.length === 0) await session.query(`CREATE SCHEMA IF NOT EXISTS ${quoteName(schema)}`, doing)
  await session.query(
    `CREATE TABLE IF NOT EXISTS ${quoteName(schema, runsTable)} (job text NOT NULL, run text NOT NULL, begun text NOT NULL,
      ended text, log text, PRIMARY KEY (job, run))`,
    doing,
  )
}

async function isTable(session: PgSession, schema: string, doing: string): Promise<boolean> {
  const found = await session.query(
    'SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2',
    doing,
    [schema, runsTable],
  )
  return found.rows.length > 0
}

async function isHeld(session: PgSession, run: string): Promise<boolean> {
  const held = await session.query(
    `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND ((classid::bigint << 32) | objid::bigint) = $1::bigint`,
    `asking for the lock of ${runLock(run)}`,
    [lockNumber(run)],
  )
  return held.rows.length > 0
}

function lockNumber(run: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(['ops', runLock(run)]))
    .digest()
  return String(digest.readBigInt64BE(0))
}
