/** The history of a job that works within a MySQL or MariaDB server: a table in the database of its table, a row a run. */

import { type HeldLock, holdLock, isLockHeld } from '../../mysql/named-lock.ts'
import type { Server } from '../../mysql/server.ts'
import type { Session } from '../../mysql/session.ts'
import { sql } from '../../mysql/sql.ts'
import { type TableName, tableSql, tableText } from '../../mysql/table-name.ts'
import type { RunRecords } from './record.ts'
import { type RunRow, readStory, runLock, runsTable, subjectOf, tailOf } from './run-rows.ts'

/** So many runs of one job are kept. */
const mostRuns = 1_000

/** `subject` tells the runs of one job from others in the database, as `load app.events`. */
export function tableRecords(open: () => Promise<Server>, database: string, subject: string): RunRecords {
  const table: TableName = { database, table: runsTable }
  const job = subjectOf(subject)
  const doing = `writing ${tableText(table)}`
  let alive: HeldLock | undefined
  const used = async <Result>(work: (session: Session) => Promise<Result>): Promise<Result> => {
    const session = await (await open()).session()
    try {
      return await work(session)
    } finally {
      await session.close()
    }
  }
  return {
    begin: begun =>
      used(async session => {
        if (!(await isThere(session, table))) await session.query(tableOf(table), doing)
        await session.query(
          sql`INSERT INTO ${tableSql(table)} (job, run, begun) VALUES (${job}, ${begun.run}, ${JSON.stringify(begun)})`,
          doing,
        )
        alive = await holdLock(await open(), runLock(begun.run))
      }),
    async end(ended, log) {
      await used(async session => {
        await session.query(
          sql`UPDATE ${tableSql(table)} SET ended = ${JSON.stringify(ended)}, log = ${tailOf(log)}
            WHERE job = ${job} AND run = ${ended.run}`,
          doing,
        )
        // An account that may not delete keeps them all.
        await session
          .query(
            sql`DELETE FROM ${tableSql(table)} WHERE job = ${job} AND run < (SELECT run FROM (SELECT run FROM ${tableSql(table)}
              WHERE job = ${job} ORDER BY run DESC LIMIT 1 OFFSET ${mostRuns - 1}) AS oldest)`,
            doing,
          )
          .catch(() => undefined)
      })
      await alive?.release()
    },
    last: count =>
      used(async session => {
        const reading = `reading ${tableText(table)}`
        if (!(await isThere(session, table))) return []
        const rows = await session.records(
          sql`SELECT run, begun, ended, log IS NOT NULL AS has_log FROM ${tableSql(table)} WHERE job = ${job}
            ORDER BY run DESC LIMIT ${count}`,
          reading,
        )
        const server = await open()
        return Promise.all(
          rows.reverse().map(each => {
            const row: RunRow = {
              run: each.run ?? '',
              begun: each.begun ?? '',
              ended: each.ended ?? undefined,
              log: each.has_log === '1' ? logOf(table, each.run ?? '') : undefined,
            }
            return readStory(row, run => isLockHeld(server, runLock(run)))
          }),
        )
      }),
  }
}

async function isThere(session: Session, { database, table }: TableName): Promise<boolean> {
  const found = await session.cells(
    sql`SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${database} AND TABLE_NAME = ${table}`,
    `looking for ${tableText({ database, table })}`,
  )
  return found.length > 0
}

const tableOf = (
  table: TableName,
) => sql`CREATE TABLE IF NOT EXISTS ${tableSql(table)} (job VARBINARY(255) NOT NULL,
  run VARBINARY(64) NOT NULL, begun MEDIUMTEXT NOT NULL, ended MEDIUMTEXT, log MEDIUMTEXT, PRIMARY KEY (job, run))
  ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='ops: what its jobs did; ops job history tells it'`

const logOf = (table: TableName, run: string): string =>
  `SELECT log FROM ${tableSql(table).toString()} WHERE run = '${run}'`
