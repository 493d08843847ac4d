/**
 * Reads one day as it is at one moment: a snapshot, read in short statements. Between two of them nothing is held: whoever
 * wants to alter the table waits for one statement at most, and then the day is begun again.
 */
import { performance } from 'node:perf_hooks'
import { OpsError } from '../../base/errors.ts'
import type { ChunkLimits, ChunkSize } from '../../mysql/chunk-size.ts'
import type { Position } from '../../mysql/keyset.ts'
import { RowsHasher } from '../../mysql/row-hash.ts'
import type { Session } from '../../mysql/session.ts'
import { type Sql, sql } from '../../mysql/sql.ts'
import { cellsOf, type WireRow } from '../../mysql/wire-row.ts'
import type { RowLines } from '../rows/row-lines.ts'
import { rowMachine } from '../rows/row-machine.ts'
import type { DayStatements, KeyedDay } from './day-statements.ts'
import type { Day } from './days.ts'
import type { KeySpan } from './find-days.ts'
import type { TableShape } from './table-shape.ts'

/** An ALTER waits for one statement at most: so long is waited for one, and however busy this machine is, none is to take longer than that. */
export const dumpLimits: ChunkLimits = { targetMs: 25, mostBytes: 2 * 1024 * 1024, mostRows: 10_000 }
const longestMs = 100

/**
 * For how long this thread has had nothing to do. While it works on other rows, the server goes on with its statement: what one
 * brings fits into the window that the stream through SSH has.
 */
const idleMs = (): number => performance.eventLoopUtilization().idle

/** A piece of a day as it goes into its file. */
export interface DayPiece {
  readonly rows: number
  /** As the rows came. */
  readonly bytes: number
  readonly lines: Buffer
  readonly isLast: boolean
}

type ReadPiece = Omit<DayPiece, 'lines'>

interface ReadRows {
  readonly bytes: number
  readonly isCut: boolean
  readonly last: WireRow | undefined
}

/** What the days of a run share. */
export interface ReaderShared {
  readonly size: ChunkSize
  readonly lines: RowLines
  readonly statements: DayStatements
}

/** What is known of a day before it is read. */
export interface Expected {
  readonly rows?: number | undefined
  readonly keys?: KeySpan | undefined
}

/** One day, from its snapshot to its end. */
export class DayReader {
  hasher = new RowsHasher()
  /** The longest statement. */
  longestMs = 0
  /** How long the snapshot was open; 0 while it is. */
  snapshotMs = 0
  readonly #session: Session
  readonly #shape: TableShape
  readonly #day: Day
  readonly #shared: ReaderShared
  readonly #expectedRows: number
  #isShort: boolean
  /** It is to be read where its rows lie. */
  #keyed: KeyedDay | undefined
  #begun: number | undefined
  #place: Position | undefined

  /** A day whose rows fit into one statement is its own snapshot. */
  constructor(
    session: Session,
    shape: TableShape,
    day: Day,
    shared: ReaderShared,
    { rows = Number.POSITIVE_INFINITY, keys }: Expected = {},
  ) {
    this.#session = session
    this.#shape = shape
    this.#day = day
    this.#shared = shared
    this.#expectedRows = rows
    this.#isShort = rows <= shared.size.rows && shape.order.isUnique
    if (this.#isShort && keys) this.#keyed = { ...day, rows, keys }
  }

  /** Ends the snapshot, read to its end or not. */
  async end(): Promise<void> {
    if (this.#begun === undefined || this.#session.lost !== undefined) return
    if (!this.#isShort) await this.#session.query(sql`ROLLBACK`, `ending the snapshot of ${this.#day.day}`)
    this.snapshotMs = performance.now() - this.#begun
  }

  async next(): Promise<DayPiece> {
    const { size, lines } = this.#shared
    if (this.#begun === undefined && !this.#isShort) await this.#begin()
    const begun = performance.now()
    const idleBefore = idleMs()
    const serverMs = this.#session.stopwatch()
    this.#begun ??= begun
    const piece = await this.#piece()
    const milliseconds = performance.now() - begun
    this.longestMs = Math.max(this.longestMs, milliseconds)
    const workMs = serverMs()
    // However far away the server is: fewer rows would not come sooner.
    const wayMs = milliseconds - workMs
    const counted = Math.max(idleMs() - idleBefore - wayMs, (workMs / longestMs) * dumpLimits.targetMs)
    if (piece.rows * 2 > size.rows || counted > size.limits.targetMs)
      size.learn(piece.rows, piece.bytes, counted)
    if (this.#isShort && !piece.isLast) {
      // It has more rows than was expected: read it anew, as one snapshot of several statements.
      this.#forget()
      this.#isShort = false
      this.#begun = undefined
      return this.next()
    }
    // Lets the table go; behind the last piece the end of the snapshot does.
    if (!this.#isShort && !piece.isLast)
      await this.#session.query(sql`ROLLBACK TO SAVEPOINT ops`, this.#shared.statements.doing)
    return { ...piece, lines: lines.take() }
  }

  async #piece(): Promise<ReadPiece> {
    if (!this.#shape.order.isUnique) return this.#byGroups()
    return (await this.#byKey()) ?? this.#byPlace()
  }

  /** Undefined where that does not bring the whole day: nothing is read then. */
  async #byKey(): Promise<ReadPiece | undefined> {
    const day = this.#keyed
    const statement = day && (await this.#shared.statements.byKey(day))
    this.#keyed = undefined
    if (!statement) return undefined
    const { bytes, isCut } = await this.#read(statement, day.rows)
    const { rows } = this.#shared.lines
    if (!isCut && rows === day.rows) return { rows, bytes, isLast: true }
    this.#forget()
    return undefined
  }

  #forget(): void {
    this.#shared.lines.clear()
    this.hasher = new RowsHasher()
    this.#place = undefined
  }

  async #begin(): Promise<void> {
    const doing = `taking a snapshot of ${this.#day.day}`
    await this.#session.query(sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ`, doing)
    this.#begun = performance.now()
    await this.#session.query(sql`START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY`, doing)
    // Going back to it lets the table go, and keeps the snapshot.
    await this.#session.query(sql`SAVEPOINT ops`, doing)
  }

  async #byPlace(): Promise<ReadPiece> {
    const most = this.#shared.size.rows
    const statement = await this.#shared.statements.byIndex(this.#day, this.#place, most + 1)
    const { bytes, isCut, last } = await this.#read(statement, most)
    if (last && isCut) this.#place = placeOf(last, this.#shape.order.at)
    return { rows: this.#shared.lines.rows, bytes, isLast: !isCut }
  }

  /** At most so many rows; `isCut`: there are more. */
  async #read(statement: Sql, most: number): Promise<ReadRows> {
    const { lines, statements } = this.#shared
    const machine = rowMachine(this.#expectedRows)
    const mostBytes = dumpLimits.mostBytes * 2
    let last: WireRow | undefined
    let bytes = 0
    let isCut = false
    await this.#session.query(statement, statements.doing, {
      ...(machine && {
        onMany: (piece: Buffer, from: number) => {
          if (isCut || bytes > mostBytes) return from
          const room = mostBytes - bytes
          const done = machine.packets(piece, from, most - lines.rows, room, lines, this.hasher)
          isCut = done.stop === 'enough'
          bytes += done.to - from
          if (done.last) last = piece.subarray(done.last.from, done.last.to)
          return done.to
        },
      }),
      onRow: row => {
        isCut ||= lines.rows >= most || bytes > mostBytes
        if (isCut) return
        lines.add(row)
        this.hasher.add(row)
        bytes += row.length
        last = row
      },
    })
    return { bytes, isCut, last }
  }

  /** Rows of one value of the column stay together: the last value of a statement that was cut is left to the next. */
  async #byGroups(): Promise<ReadPiece> {
    const { at } = this.#shape.order
    const { lines, statements } = this.#shared
    for (let most = this.#shared.size.rows; ; most *= 2) {
      const rows: WireRow[] = []
      const statement = await statements.byIndex(this.#day, this.#place, most + 1)
      await this.#session.query(statement, statements.doing, {
        onRow: row => void rows.push(row),
      })
      const last = rows.at(-1)
      const isCut = last !== undefined && rows.length > most
      const border = isCut ? placeOf(last, at) : undefined
      const isBefore = (row: WireRow): boolean => !border?.[0]?.equals(placeOf(row, at)[0] ?? Buffer.alloc(0))
      const whole = border ? rows.slice(0, rows.findLastIndex(isBefore) + 1) : rows
      if (border && whole.length === 0) continue
      let bytes = 0
      for (const row of whole) {
        lines.add(row)
        this.hasher.add(row)
        bytes += row.length
      }
      this.#place = border
      return { rows: whole.length, bytes, isLast: !border }
    }
  }
}

function placeOf(row: WireRow, at: readonly number[]): Position {
  const cells = cellsOf(row)
  return at.map(index => {
    const cell = cells[index]
    if (cell === undefined) throw new OpsError({ code: 'failed', title: 'a row lacks a column of its order' })
    return cell === null ? null : Buffer.from(cell)
  })
}
