/** What a text of SQL that a person wrote means to clients of a server whose `sql_mode` reads quotes, backslashes, `||` or NOT in another way. */
import type { Session } from './session.ts'
import { join, type Sql, sql } from './sql.ts'

/** A session takes these on: what ops sends itself means the same in them. */
const taken = [
  'ALLOW_INVALID_DATES',
  'PIPES_AS_CONCAT',
  'HIGH_NOT_PRECEDENCE',
  'IGNORE_SPACE',
  'REAL_AS_FLOAT',
  'NO_UNSIGNED_SUBTRACTION',
]
/** In these what ops sends, or the rows that it reads, would be others. */
const untaken = ['ORACLE', 'EMPTY_STRING_IS_NULL', 'PAD_CHAR_TO_FULL_LENGTH']

export interface ClientMode {
  /** ANSI_QUOTES: `"` begins a name. */
  readonly quotesNames: boolean
  /** NO_BACKSLASH_ESCAPES: a backslash is a character like others. */
  readonly keepsBackslashes: boolean
  /** Modes of clients that sessions of ops never have. */
  readonly untaken: readonly string[]
}

export async function readClientMode(session: Session): Promise<ClientMode> {
  const text = await session.value(sql`SELECT @@global.sql_mode`, 'asking how the server reads conditions')
  const modes = (text ?? '').split(',')
  return {
    quotesNames: modes.includes('ANSI_QUOTES'),
    keepsBackslashes: modes.includes('NO_BACKSLASH_ESCAPES'),
    untaken: modes.filter(each => untaken.includes(each)),
  }
}

/** For SET sql_mode: that of jobs, with what of the server's own a session can take on. */
export const clientModeSql: Sql = sql`CONCAT_WS(',', 'NO_AUTO_VALUE_ON_ZERO', ${join(
  taken.map(each => sql`IF(FIND_IN_SET(${each}, @@global.sql_mode), ${each}, NULL)`),
)})`

/** The same text in the quotes that sessions of ops read: names in `` ` ``, and backslashes that escape. */
export function inOurQuotes(text: string, mode: Omit<ClientMode, 'untaken'>): string {
  const { quotesNames, keepsBackslashes } = mode
  const inner = (quote: string, escapes: boolean): string =>
    `${quote}(?:${escapes ? `[^${quote}\\\\]|\\\\[^]` : `[^${quote}]`}|${quote}${quote})*${quote}`
  const pieces = [
    inner("'", !keepsBackslashes),
    inner('"', !keepsBackslashes && !quotesNames),
    inner('`', false),
    '--(?=\\s|$)[^\\n]*|#[^\\n]*|/\\*[^]*?\\*/',
  ]
  return text.replace(new RegExp(pieces.join('|'), 'g'), piece => {
    if (quotesNames && piece.startsWith('"'))
      return `\`${piece.slice(1, -1).replaceAll('""', '"').replaceAll('`', '``')}\``
    return keepsBackslashes && /^['"]/.test(piece) ? piece.replaceAll('\\', '\\\\') : piece
  })
}
