/** What a server says of rows that were sent: its counts, its warnings, and whether an error is the fault of a row. */
import { errorDataOf } from '../../base/errors.ts'
import { errorNumber } from '../../mysql/mysql-error.ts'
import type { Session } from '../../mysql/session.ts'
import { sql } from '../../mysql/sql.ts'

const duplicateKey = 1062
const unsafeToLog = 1592
/** Errors that are no fault of a row: locks, ends, rights, room, limits. */
const noFaultOfRows = [
  1021, 1030, 1036, 1044, 1114, 1142, 1143, 1146, 1180, 1197, 1205, 1206, 1213, 1290, 1317, 1665, 1969, 3024,
  3100,
]

export interface Said {
  readonly duplicates: number
  readonly rounded: number
  readonly first: string | undefined
  /** What is neither a note nor of a key that was there. */
  readonly warned: readonly string[]
  /** The server keeps fewer than it had. */
  readonly areCut: boolean
}

const nothingSaid: Said = { duplicates: 0, rounded: 0, first: undefined, warned: [], areCut: false }

/** Which row of its statement a message is about. */
export const rowOf = (message: string): number => Number(/ at row (\d+)$/.exec(message)?.[1] ?? 1)
export const withoutRow = (message: string): string => message.replace(/ at row \d+$/, '')

export async function warningsOf(session: Session, count: number, doing: string): Promise<Said> {
  if (count === 0) return nothingSaid
  const total = Number(await session.value(sql`SHOW COUNT(*) WARNINGS`, doing))
  const all = await session.records(sql`SHOW WARNINGS`, doing)
  // That a statement is not safe to log as its text says nothing about a row.
  const rows = all.filter(each => Number(each.Code) !== unsafeToLog)
  const notes = rows.filter(each => each.Level === 'Note')
  const duplicates = rows.filter(each => Number(each.Code) === duplicateKey).length
  return {
    duplicates,
    rounded: notes.length,
    first: notes[0]?.Message ?? undefined,
    warned: rows
      .filter(each => each.Level !== 'Note' && Number(each.Code) !== duplicateKey)
      .map(each => each.Message ?? ''),
    areCut: all.length < total,
  }
}

/** `Records: 3  Deleted: 0  Skipped: 0  Warnings: 0`, or of an INSERT `Records: 3  Duplicates: 0  Warnings: 0`. */
export function countsOf(info: string): {
  readonly records: number
  readonly deleted: number
  readonly skipped: number
  readonly duplicates: number
} {
  const of = (word: string): number => Number(new RegExp(`${word}: (\\d+)`).exec(info)?.[1] ?? 0)
  return {
    records: of('Records'),
    deleted: of('Deleted'),
    skipped: of('Skipped'),
    duplicates: of('Duplicates'),
  }
}

export function isFaultOfRow(thrown: unknown): boolean {
  const number = errorNumber(thrown)
  return number !== undefined && !noFaultOfRows.includes(number)
}

/** What the server says of the one row, without which of one it is. */
export function reasonOf(thrown: unknown): string {
  const { title } = errorDataOf(thrown)
  return (/the server says: ([\s\S]*)$/.exec(title)?.[1] ?? title).replace(/ at row 1(?= \(\d+\)$|$)/, '')
}
