/**
 * Reads one day as it is at one moment: a snapshot, read in short statements. Between two of them nothing is held: whoever
 * wants to alter the table waits for one statement at most, and then the day is begun again.
 */
import { performance } from 'node:perf_hooks'
import { OpsError } from '../../base/errors.ts'
import type { ChunkLimits, ChunkSize } from '../../mysql/chunk-size.ts'
import { selectList } from '../../mysql/column-sql.ts'
import { guardAccess } from '../../mysql/explain-guard.ts'
import { after, atOrAfter, orderByList, type Position } from '../../mysql/keyset.ts'
import { RowsHasher } from '../../mysql/row-hash.ts'
import type { Session } from '../../mysql/session.ts'
import { name, sql, trusted } from '../../mysql/sql.ts'
import { tableSql, tableText } from '../../mysql/table-name.ts'
import { cellsOf, type WireRow } from '../../mysql/wire-row.ts'
import type { RowLines } from '../rows/row-lines.ts'
import { rowMachine } from '../rows/row-machine.ts'
import type { Day } from './days.ts'
import { betweenSql } from './find-days.ts'
import type { TableShape } from './table-shape.ts'

/** An ALTER waits for one statement at most: they are kept well under a tenth of a second. */
export const dumpLimits: ChunkLimits = { targetMs: 25, mostBytes: 2 * 1024 * 1024, mostRows: 10_000 }

/** A piece of a day as it goes into its file. */
export interface DayPiece {
  readonly rows: number
  /** As the rows came. */
  readonly bytes: number
  readonly lines: Buffer
  readonly isLast: boolean
}

type ReadPiece = Omit<DayPiece, 'lines'>

/** What the days of a run share. */
export interface ReaderShared {
  readonly size: ChunkSize
  readonly lines: RowLines
  /** The statements that were asked about, for all days of one shape. */
  readonly guarded: Set<string>
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
  #begun: number | undefined
  #place: Position | undefined

  /** `expectedRows`: those of a day that fits into one statement are its own snapshot. */
  constructor(
    session: Session,
    shape: TableShape,
    day: Day,
    shared: ReaderShared,
    expectedRows = Number.POSITIVE_INFINITY,
  ) {
    this.#session = session
    this.#shape = shape
    this.#day = day
    this.#shared = shared
    this.#expectedRows = expectedRows
    this.#isShort = expectedRows <= shared.size.rows && shape.order.isUnique
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
    this.#begun ??= begun
    const piece = this.#shape.order.isUnique ? await this.#byPlace() : await this.#byGroups()
    const milliseconds = performance.now() - begun
    this.longestMs = Math.max(this.longestMs, milliseconds)
    if (piece.rows * 2 > size.rows || milliseconds > dumpLimits.targetMs)
      size.learn(piece.rows, piece.bytes, milliseconds)
    if (this.#isShort && !piece.isLast) {
      // It has more rows than was expected: read it anew, as one snapshot of several statements.
      lines.clear()
      this.#isShort = false
      this.hasher = new RowsHasher()
      this.#place = undefined
      this.#begun = undefined
      return this.next()
    }
    // Lets the table go.
    if (!this.#isShort) await this.#session.query(sql`ROLLBACK TO SAVEPOINT ops`, this.#doing)
    return { ...piece, lines: lines.take() }
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
    const statement = await this.#statement(most + 1)
    const { lines } = this.#shared
    const machine = rowMachine(this.#expectedRows)
    const mostBytes = dumpLimits.mostBytes * 2
    let last: WireRow | undefined
    let bytes = 0
    let isCut = false
    await this.#session.query(statement, this.#doing, {
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
    if (last && isCut) this.#place = placeOf(last, this.#shape.order.at)
    return { rows: lines.rows, bytes, isLast: !isCut }
  }

  /** Rows of one value of the column stay together: the last value of a statement that was cut is left to the next. */
  async #byGroups(): Promise<ReadPiece> {
    const { at } = this.#shape.order
    for (let most = this.#shared.size.rows; ; most *= 2) {
      const rows: WireRow[] = []
      await this.#session.query(await this.#statement(most + 1), this.#doing, {
        onRow: row => void rows.push(row),
      })
      const last = rows.at(-1)
      const isCut = last !== undefined && rows.length > most
      const border = isCut ? placeOf(last, at) : undefined
      const isBefore = (row: WireRow): boolean => !border?.[0]?.equals(placeOf(row, at)[0] ?? Buffer.alloc(0))
      const whole = border ? rows.slice(0, rows.findLastIndex(isBefore) + 1) : rows
      if (border && whole.length === 0) continue
      const { lines } = this.#shared
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

  async #statement(limit: number): Promise<ReturnType<typeof sql>> {
    const { table, columns, order, by } = this.#shape
    const { from, to } = this.#day
    const begin = order.isUnique ? after : atOrAfter
    const behind = this.#place ? sql` AND ${begin(order.columns, this.#place)}` : trusted('')
    const statement = sql`SELECT ${selectList(columns)} FROM ${tableSql(table)} FORCE INDEX (${name(order.index)})
      WHERE ${betweenSql(by, from, to)}${behind} ORDER BY ${orderByList(order.columns)} LIMIT ${limit}`
    const form = this.#place ? 'later' : 'first'
    if (!this.#shared.guarded.has(form)) {
      const planned = { index: order.index, mustBeRange: true }
      if (await guardAccess(this.#session, statement, planned, this.#doing)) this.#shared.guarded.add(form)
    }
    return statement
  }

  get #doing(): string {
    return `reading ${tableText(this.#shape.table)}`
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
