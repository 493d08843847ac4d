/** Which rows are old: resolved once, with the server's clock, and told in UTC and as the column's own clock shows it. */
import { inputError } from '../../base/errors.ts'
import type { Column } from '../../mysql/columns.ts'
import type { Session } from '../../mysql/session.ts'
import { name, rawSql, type Sql, sql } from '../../mysql/sql.ts'
import { type Age, before, utcText, zoneText } from '../time-words.ts'
import type { Condition } from './records.ts'

export interface Resolved {
  readonly condition: Condition
  /** The server's own time when it was resolved. */
  readonly now: Date
  /** The cut-off as clocks of the server's zone show it. */
  readonly inServerZone: string
  /** Whose clock the column is read by. */
  readonly zone: string
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
  const inServerZone = await serverZoneText(session, cutOff, doing)
  const isMoment = column.dataType === 'timestamp'
  const wall = isMoment ? utcText(cutOff) : zone === undefined ? inServerZone : zoneText(cutOff, zone)
  return {
    now,
    inServerZone,
    zone: isMoment ? 'UTC' : (zone ?? "the server's zone"),
    condition: {
      by: column.name,
      before: column.dataType === 'date' ? wall.slice(0, 10) : wall,
      beforeUtc: cutOff.toISOString(),
      ...(where !== undefined && { where }),
    },
  }
}

/** A moment as clocks of the server show it. */
export async function serverZoneText(session: Session, moment: Date, doing: string): Promise<string> {
  await session.query(sql`SET time_zone = @@global.time_zone`, doing)
  try {
    const text = await session.value(sql`SELECT FROM_UNIXTIME(${Math.floor(moment.getTime() / 1000)})`, doing)
    return text?.slice(0, 19) ?? ''
  } finally {
    await session.query(sql`SET time_zone = '+00:00'`, doing)
  }
}

/** Bounds the walk. */
export function ageSql({ by, before: cutOff }: Condition): Sql {
  return sql`${name(by)} < ${cutOff}`
}

/** The user's own part; a comment at its end must not swallow what follows. */
export function whereSql({ where }: Condition): Sql | undefined {
  return where === undefined
    ? undefined
    : sql`(${rawSql(where)}
)`
}

/** All of it, for a row that is looked at again. */
export function conditionSql(condition: Condition): Sql {
  const where = whereSql(condition)
  return where ? sql`${ageSql(condition)} AND ${where}` : ageSql(condition)
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

function endOfQuoted(text: string, from: number, quote: string): number | undefined {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\' && quote !== '`') at += 1
    else if (text[at] === quote) return at
  }
  return undefined
}

/** @throws OpsError `input` where the server does not take it as a condition on this table. */
export async function tryWhere(session: Session, table: Sql, where: string): Promise<void> {
  try {
    await session.query(
      sql`EXPLAIN SELECT 1 FROM ${table} WHERE (${rawSql(where)}
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
