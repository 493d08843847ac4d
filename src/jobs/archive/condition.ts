/** Which rows are old: resolved once, with the server's clock, and told in UTC and as the column's own clock shows it. */
import { inputError } from '../../base/errors.ts'
import type { Table } from '../../mysql/catalog.ts'
import { type ClientMode, clientModeSql, inOurQuotes, readClientMode } from '../../mysql/client-mode.ts'
import type { Column } from '../../mysql/columns.ts'
import type { Session } from '../../mysql/session.ts'
import { join, name, rawSql, type Sql, sql } from '../../mysql/sql.ts'
import { floorOf } from '../time-column.ts'
import { type Age, before, utcText, zoneText } from '../time-words.ts'
import { clientText } from './client-text.ts'
import { endOfQuoted } from './end-of-quoted.ts'
import type { Condition } from './records.ts'

export interface Resolved {
  readonly condition: Condition
  /** The server's own time when it was resolved. */
  readonly now: Date
  /** The cut-off as clocks of the server's zone show it. */
  readonly inServerZone: string
  /** Whose clock the column is read by. */
  readonly zone: string
  /** Modes of clients in which the user's own condition may mean something else. */
  readonly otherModes: readonly string[]
}

/** A TIMESTAMP is a moment; DATETIME and DATE are what some clock showed: that of `zone`, or of the server. */
export async function resolveCondition(
  session: Session,
  column: Column,
  age: Age,
  { zone, where }: { readonly zone?: string | undefined; readonly where?: string | undefined },
): Promise<Resolved> {
  const doing = 'asking the server for the time'
  const now = new Date(`${(await session.value(sql`SELECT UTC_TIMESTAMP()`, doing))?.replace(' ', 'T')}Z`)
  const cutOff = before(now, age)
  if (cutOff.getUTCFullYear() < firstYear)
    throw inputError(`${age.count}${age.unit} ago was before the year ${firstYear}`, {
      next: 'No server has such times: name a shorter age.',
    })
  const inServerZone = await serverZoneText(session, cutOff, doing)
  const isMoment = column.dataType === 'timestamp'
  const wall = isMoment ? utcText(cutOff) : zone === undefined ? inServerZone : zoneText(cutOff, zone)
  const mode = where === undefined ? undefined : await readClientMode(session)
  return {
    now,
    inServerZone,
    zone: isMoment ? 'UTC' : (zone ?? "the server's zone"),
    otherModes: mode?.untaken ?? [],
    condition: {
      by: column.name,
      before: column.dataType === 'date' ? wall.slice(0, 10) : wall,
      beforeUtc: cutOff.toISOString(),
      from: floorOf(isMoment ? 'timestamp' : 'datetime'),
      ...(where !== undefined && mode && { where: checkedText(where, mode) }),
    },
  }
}

/** The first that a DATETIME is sure to hold. */
const firstYear = 1000
/** To FROM_UNIXTIME of older servers there is no later second. */
const lastSecond = 2_147_483_647

/** A moment as clocks of the server show it; before 1970 as they went then. */
async function serverZoneText(session: Session, moment: Date, doing: string): Promise<string> {
  const [text = ''] = await serverZoneTexts(session, [moment], doing)
  return text
}

/** The same of several. */
export async function serverZoneTexts(
  session: Session,
  moments: readonly Date[],
  doing: string,
): Promise<readonly string[]> {
  const each = moments.map(moment => {
    const seconds = Math.floor(moment.getTime() / 1000)
    const known = Math.min(lastSecond, Math.max(0, seconds))
    return sql`FROM_UNIXTIME(${known}) + INTERVAL ${seconds - known} SECOND`
  })
  await session.query(sql`SET time_zone = @@global.time_zone`, doing)
  try {
    const [row = []] = await session.cells(sql`SELECT ${join(each)}`, doing)
    return row.map(cell => cell?.toString().slice(0, 19) ?? '')
  } finally {
    await session.query(sql`SET time_zone = '+00:00'`, doing)
  }
}

/** Bounds the walk. */
export function ageSql({ by, before: cutOff, from }: Condition): Sql {
  const age = sql`${name(by)} < ${cutOff}`
  return from === undefined ? age : sql`${name(by)} >= ${from} AND ${age}`
}

/** True for a row that is not old. */
export function notOldSql(condition: Condition): Sql {
  return sql`(${ageSql(condition)}) IS NOT TRUE`
}

/** True for a row whose time is zero, which often means `never`. */
export function zeroSql({ by, from }: Condition): Sql {
  return from === undefined ? sql`FALSE` : sql`${name(by)} < ${from}`
}

/**
 * Lets `||` and NOW() in a condition be what they are to a client. Where a table has a TIMESTAMP the session stays in UTC, in
 * which such a time is saved.
 */
export async function judgeAsClient(session: Session, tables: readonly Table[]): Promise<void> {
  await session.query(sql`SET sql_mode = ${clientModeSql}`, 'preparing the session')
  if (timestampsOf(tables).length > 0) return
  await session.query(sql`SET time_zone = @@global.time_zone`, 'preparing the session')
}

/** What keeps a session in UTC. */
export function timestampsOf(tables: readonly Table[]): readonly string[] {
  const columns = tables.flatMap(each => each.columns)
  return columns.filter(each => each.dataType === 'timestamp').map(each => each.name)
}

/** The user's own part; a comment at its end must not swallow what follows. */
export function whereSql({ where }: Condition): Sql | undefined {
  return where === undefined
    ? undefined
    : sql`(${rawSql(clientText(where))}
)`
}

/** All of it, for a row that is looked at again. */
export function conditionSql(condition: Condition): Sql {
  const where = whereSql(condition)
  return where ? sql`${ageSql(condition)} AND ${where}` : ageSql(condition)
}

const anyQuotes = { quotesNames: true, keepsBackslashes: true }

/** What is wrong with a condition however the server's clients quote. */
export function whereProblem(where: string): string | undefined {
  const problem = checkWhere(where)
  return problem !== undefined && checkWhere(inOurQuotes(where, anyQuotes)) !== undefined
    ? problem
    : undefined
}

/** As it goes to the server and into receipts. @throws OpsError `input` */
function checkedText(where: string, mode: ClientMode): string {
  const text = inOurQuotes(where, mode)
  const problem = checkWhere(text)
  if (problem === undefined) return text
  throw inputError(`--where is refused: ${problem}`, {
    detail: where,
    next: `Clients of this server read quotes so: ${mode.quotesNames ? '" begins a name' : '" begins a text'}, and a backslash ${mode.keepsBackslashes ? 'is a character like others' : 'takes the next character with it'}.`,
  })
}

/** Refuses text that would end our own parentheses, or begin another statement. */
export function checkWhere(where: string): string | undefined {
  let depth = 0
  for (let at = 0; at < where.length; at++) {
    const character = where[at] ?? ''
    if (`'"\``.includes(character)) {
      const end = endOfQuoted(where, at, character)
      if (end === undefined) return `the quote ${character} is not closed`
      at = end
    } else if (character === '(') depth += 1
    else if (character === ')' && --depth < 0) return 'a parenthesis is closed that was not opened'
    else if (character === ';') return 'a condition is no statement'
    else if (character === '#' || where.startsWith('--', at) || where.startsWith('/*', at))
      return 'a condition has no comments'
  }
  if (depth > 0) return 'a parenthesis is not closed'
  return where.trim() === '' ? 'it is empty' : undefined
}

/** @throws OpsError `input` where the server does not take it as a condition on this table. */
export async function tryWhere(session: Session, table: Sql, where: string): Promise<void> {
  try {
    await session.query(
      sql`EXPLAIN SELECT 1 FROM ${table} WHERE (${rawSql(clientText(where))}
)`,
      'reading --where',
    )
  } catch (thrown) {
    throw inputError(`--where ${JSON.stringify(where)} is no condition on this table`, {
      detail: thrown instanceof Error ? thrown.message : String(thrown),
      next: 'Write SQL as it would stand after WHERE: --where "state = \'closed\'".',
    })
  }
}
