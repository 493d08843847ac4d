/**
 * Hands out the new days of a table that no index leads to: the whole table is read once, in the order of its key, as one
 * snapshot in short statements, and its rows are sorted into their days here.
 */
import { performance } from 'node:perf_hooks'
import { ChunkReader } from '../../mysql/chunk-reader.ts'
import { besideOthers, type ChunkLimits } from '../../mysql/chunk-size.ts'
import { errorNumber } from '../../mysql/mysql-error.ts'
import { RowsHasher } from '../../mysql/row-hash.ts'
import type { Session } from '../../mysql/session.ts'
import { join, name, type Sql, sql } from '../../mysql/sql.ts'
import { tableText } from '../../mysql/table-name.ts'
import { cellsOf } from '../../mysql/wire-row.ts'
import { altered } from '../drift/unaltered.ts'
import { RowLines } from '../rows/row-lines.ts'
import { floorOf, type TimeKind } from '../time-column.ts'
import { dumpLimits } from './day-reader.ts'
import { borderOf, dayOfValue, dayRange, nextDay } from './days.ts'
import {
  type AgreeTo,
  alone,
  type DaysSource,
  mostRestarts,
  newTotals,
  type Turn,
  type WalkPiece,
} from './days-walk.ts'
import { betweenSql } from './find-days.ts'
import { readShapeAgain, type TableShape } from './table-shape.ts'

/** What of the table is wanted. */
export interface ScanRange {
  readonly kind: TimeKind
  readonly zone: string
  /** Days before this one. */
  readonly until: string
  /** Days that have a dump, in their order. */
  readonly known: Iterable<string>
}

/** So many bytes of a day are gathered before they go to its file. */
const heldBytes = 64 * 1024

interface Gathered {
  readonly hasher: RowsHasher
  lines: RowLines
  bytes: number
  isFirst: boolean
}

export class ScanWalk implements DaysSource {
  readonly totals = newTotals()
  readonly #session: Session
  readonly #range: ScanRange
  readonly #clock: () => Date
  #shape: TableShape
  #reader: ChunkReader | undefined
  #days = new Map<string, Gathered>()
  #pieces: WalkPiece[] = []
  #begun = 0
  #seenAt = new Date(0)
  #isAtEnd = false

  readonly #agree: AgreeTo
  readonly #governor: Turn
  readonly #limits: ChunkLimits

  /** `clock`: the server's own time. */
  constructor(
    session: Session,
    shape: TableShape,
    range: ScanRange,
    clock: () => Date,
    agree: AgreeTo,
    governor: Turn = alone,
  ) {
    this.#governor = governor
    this.#limits = besideOthers(dumpLimits, governor)
    this.#agree = agree
    this.#session = session
    this.#clock = clock
    this.#shape = shape
    this.#range = range
  }

  get holdsSnapshot(): boolean {
    return this.#reader !== undefined
  }

  async next(): Promise<WalkPiece | undefined> {
    while (this.#pieces.length === 0 && !this.#isAtEnd) {
      try {
        await this.#governor.turn(() => this.#chunk(), this.holdsSnapshot)
      } catch (thrown) {
        await this.close().catch(() => undefined)
        if (!altered.includes(errorNumber(thrown) ?? 0) || this.totals.restarts >= mostRestarts) throw thrown
        await this.#beginAgain()
      }
    }
    return this.#pieces.shift()
  }

  async close(): Promise<void> {
    if (!this.#reader || this.#session.lost !== undefined) return
    this.#reader = undefined
    await this.#session.query(sql`ROLLBACK`, this.#doing)
    this.totals.longestSnapshotMs = Math.max(this.totals.longestSnapshotMs, performance.now() - this.#begun)
  }

  async #chunk(): Promise<void> {
    this.#reader ??= await this.#begin()
    const chunk = await this.#reader.next()
    await this.#session.query(sql`ROLLBACK TO SAVEPOINT ops`, this.#doing)
    if (!chunk) return this.#end()
    this.totals.longestStatementMs = Math.max(this.totals.longestStatementMs, chunk.milliseconds)
    const { columns, by } = this.#shape
    const at = columns.findIndex(column => column.name === by)
    const { kind, zone } = this.#range
    for (const row of chunk.rows) {
      const day = dayOfValue(cellsOf(row)[at]?.toString('latin1') ?? '', kind, zone)
      const gathered = this.#days.get(day) ?? this.#newDay(day)
      if (gathered.bytes > heldBytes) this.#pieces.push(this.#flush(day, gathered))
      gathered.lines.add(row)
      gathered.hasher.add(row)
      gathered.bytes += row.length
    }
  }

  async #begin(): Promise<ChunkReader> {
    const { table, order, columns } = this.#shape
    await this.#session.query(sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ`, this.#doing)
    this.#begun = performance.now()
    await this.#session.query(sql`START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY`, this.#doing)
    this.#seenAt = this.#clock()
    await this.#session.query(sql`SAVEPOINT ops`, this.#doing)
    const names = order.columns.map(column => column.name)
    const walkOrder = { index: order.index, columns: names, isByColumn: false }
    return new ChunkReader(
      this.#session,
      { table, order: walkOrder, columns, filter: this.#filter() },
      this.#limits,
    )
  }

  /** Without the days that are known: runs of them are left out as one. */
  #filter(): Sql {
    const { kind, zone, until, known } = this.#range
    const { by } = this.#shape
    const border = (day: string): string => borderOf(day, kind, zone)
    const runs: { readonly from: string; to: string }[] = []
    for (const day of known) {
      const last = runs.at(-1)
      if (last?.to === day) last.to = nextDay(day)
      else runs.push({ from: day, to: nextDay(day) })
    }
    const out = runs.map(
      ({ from, to }) => sql`(${name(by)} < ${border(from)} OR ${name(by)} >= ${border(to)})`,
    )
    return join([betweenSql(by, floorOf(kind), border(until)), ...out], ' AND ')
  }

  async #end(): Promise<void> {
    await this.close()
    const shape = await readShapeAgain(this.#session, this.#shape)
    if (shape.table.fingerprint !== this.#shape.table.fingerprint) return this.#beginAgain(shape)
    this.#isAtEnd = true
    const snapshotMs = Math.round(this.totals.longestSnapshotMs)
    for (const [day, gathered] of [...this.#days].sort(([one], [other]) => one.localeCompare(other))) {
      const end = { digest: gathered.hasher.digest(), seenAt: this.#seenAt, snapshotMs }
      this.#pieces.push({ ...this.#flush(day, gathered), end })
    }
  }

  #newDay(day: string): Gathered {
    const gathered = { hasher: new RowsHasher(), lines: new RowLines(1024), bytes: 0, isFirst: true }
    this.#days.set(day, gathered)
    return gathered
  }

  #flush(day: string, gathered: Gathered): WalkPiece {
    const { lines, bytes, isFirst } = gathered
    const piece = {
      work: dayRange(day, this.#range.kind, this.#range.zone),
      shape: this.#shape,
      isFirst,
      rows: { length: lines.rows },
      bytes,
      lines: lines.take(),
    }
    gathered.lines = new RowLines(1024)
    gathered.bytes = 0
    gathered.isFirst = false
    return piece
  }

  async #beginAgain(shape?: TableShape): Promise<void> {
    this.totals.restarts += 1
    this.#shape = shape ?? (await readShapeAgain(this.#session, this.#shape))
    await this.#agree(this.#shape.table)
    this.#days = new Map()
    this.#pieces = []
  }

  get #doing(): string {
    return `reading ${tableText(this.#shape.table)}`
  }
}
