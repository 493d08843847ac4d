/** Asks a server whether a query has a row: with what it would mean to a client of the server, and no further than the first row. */
import { clientModeSql, inOurQuotes, readClientMode } from '../../mysql/client-mode.ts'
import type { Session } from '../../mysql/session.ts'
import { name, rawSql, sql } from '../../mysql/sql.ts'
import { oneSelect } from '../../params/one-select.ts'

const doing = 'preparing the check'
/** A limit of the server that came first could end a SLEEP() in the middle of a condition, which is then true. */
const afterUsMs = 500

/**
 * Unlike the sessions of other jobs: text compares by the collations of the columns, and CURDATE() is that of the server's
 * zone. After `leftMs` nobody waits any more, and the server gives up soon after.
 */
export async function prepareCheck(
  session: Session,
  database: string | undefined,
  leftMs: number,
): Promise<Session> {
  const { flavor, number } = session.version
  const limitMs = Math.ceil(leftMs) + afterUsMs
  const limit =
    flavor === 'mariadb' && number >= 100_101
      ? sql`, max_statement_time = ${limitMs / 1000}`
      : flavor === 'mysql' && number >= 50_708
        ? sql`, max_execution_time = ${limitMs}`
        : sql``
  await session.query(
    sql`SET NAMES utf8mb4, sql_mode = ${clientModeSql}, sql_select_limit = 1, lock_wait_timeout = 2${limit}`,
    doing,
  )
  if (database !== undefined) await session.query(sql`USE ${name(database)}`, doing)
  const canReadOnly = flavor === 'mariadb' ? number >= 100_000 : number >= 50_605
  if (canReadOnly) await session.query(sql`START TRANSACTION READ ONLY`, doing)
  return session
}

/** Why no server would read it as one SELECT, whatever its `sql_mode` makes of quotes and backslashes; undefined: some server may. */
export function problemInAnyReading(text: string): string | undefined {
  const readings = [false, true].flatMap(quotesNames =>
    [false, true].map(keepsBackslashes => oneSelect(inOurQuotes(text, { quotesNames, keepsBackslashes }))),
  )
  const [usual] = readings
  return usual && 'problem' in usual && readings.every(each => 'problem' in each) ? usual.problem : undefined
}

/** What it is to a client, in the quotes that `oneSelect` knows; the server is asked only where that may be another text. */
export async function asClientReads(session: Session, select: string): Promise<string> {
  return /["\\]/.test(select) ? inOurQuotes(select, await readClientMode(session)) : select
}

/** `answer` is there with the first row; `ended` once the server has nothing more to say. */
export function hasRow(
  session: Session,
  select: string,
): { readonly answer: Promise<boolean>; readonly ended: Promise<void> } {
  let ended: Promise<void> = Promise.resolve()
  const answer = new Promise<boolean>((resolve, reject) => {
    ended = session
      .query(rawSql(select), 'asking', { onRow: () => resolve(true) })
      .then(() => resolve(false), reject)
  })
  return { answer, ended }
}
