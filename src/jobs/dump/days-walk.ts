/** Hands out the pieces of one day after another: new days, and days that are looked at again and differ. */
import type { Table } from '../../mysql/catalog.ts'
import { besideOthers, type ChunkLimits, ChunkSize } from '../../mysql/chunk-size.ts'
import { readFingerprint } from '../../mysql/columns.ts'
import type { Governor } from '../../mysql/governor.ts'
import { errorNumber, serverErrors } from '../../mysql/mysql-error.ts'
import type { RowsDigest } from '../../mysql/row-hash.ts'
import type { Session } from '../../mysql/session.ts'
import { altered } from '../drift/unaltered.ts'
import { RowLines } from '../rows/row-lines.ts'
import type { ReadChunk } from '../run.ts'
import { compareSize, isAsDumped } from './compare-day.ts'
import { DayReader, dumpLimits, type ReaderShared } from './day-reader.ts'
import { DayStatements } from './day-statements.ts'
import type { Day } from './days.ts'
import type { KeySpan } from './find-days.ts'
import type { Receipt } from './records.ts'
import { readShapeAgain, type TableShape } from './table-shape.ts'

/** A day to dump; with `receipt` only where its rows are no longer those. */
export interface DayWork extends Day {
  /** How many rows the plan has counted. */
  readonly rows?: number | undefined
  /** Where they lay then. */
  readonly keys?: KeySpan | undefined
  readonly receipt?: Receipt
}

/** What the loop settles. */
export interface WalkPiece extends ReadChunk {
  readonly work: DayWork
  readonly shape: TableShape
  /** The first piece of its day; what came of the day before that is void: it was begun again. */
  readonly isFirst: boolean
  readonly lines: Buffer
  /** With the last piece: what was read of the day. */
  readonly end?: { readonly digest: RowsDigest; readonly seenAt: Date; readonly snapshotMs: number }
}

/** What is told at the end. */
export interface WalkTotals {
  /** Days that were looked at again, and those of them that have no rows any more. */
  checked: number
  emptied: string[]
  restarts: number
  longestStatementMs: number
  longestSnapshotMs: number
}

/** Where the pieces of days come from. */
export interface DaysSource {
  readonly totals: WalkTotals
  /** Between two pieces of a day: undo piles up behind it. */
  readonly holdsSnapshot: boolean
  /** The next piece; undefined at the end. One without rows says that nothing of its day is to be saved. */
  next(): Promise<WalkPiece | undefined>
  /** Ends the snapshot of what was not read to its end. */
  close(): Promise<void>
}

/** Throws where a day must not be dumped in the shape that its table has now. */
export type AgreeTo = (table: Table) => Promise<unknown>

/** Pieces are turns of it. */
export type Turn = Pick<Governor, 'turn' | 'isShared'>

/** Nobody else is there. */
export const alone: Turn = { turn: work => work(), isShared: false }

export function newTotals(): WalkTotals {
  return { checked: 0, emptied: [], restarts: 0, longestStatementMs: 0, longestSnapshotMs: 0 }
}

export const mostRestarts = 5
/** Of the lock wait of our sessions, 5 s each: an ALTER that rebuilds a table holds it for itself only at its end. */
const mostWaits = 60

export class DaysWalk implements DaysSource {
  readonly totals = newTotals()
  readonly #session: Session
  readonly #days: readonly DayWork[]
  readonly #clock: () => Date
  #shape: TableShape
  #shared: ReaderShared
  readonly #compareSize = compareSize()
  #at = 0
  #reader: DayReader | undefined
  #isFirst = true
  #restarts = 0
  #waits = 0

  readonly #agree: AgreeTo
  readonly #governor: Turn
  readonly #limits: ChunkLimits

  /** `clock`: the server's own time. */
  constructor(
    session: Session,
    shape: TableShape,
    days: readonly DayWork[],
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
    this.#days = days
    this.#shared = sharedOf(session, shape, this.#limits)
  }

  get holdsSnapshot(): boolean {
    return this.#reader !== undefined
  }

  async next(): Promise<WalkPiece | undefined> {
    const work = this.#days[this.#at]
    if (!work) return undefined
    try {
      return await this.#governor.turn(() => this.#piece(work), this.holdsSnapshot)
    } catch (thrown) {
      await this.close().catch(() => undefined)
      // The lines of the piece before may be at work still.
      this.#shared = { ...this.#shared, lines: new RowLines() }
      const number = errorNumber(thrown)
      if (number === serverErrors.lockWaitTimeout && this.#waits < mostWaits) {
        this.#waits += 1
        return this.next()
      }
      if (!altered.includes(number ?? 0) || this.#restarts >= mostRestarts) throw thrown
      await this.#beginAgain()
      return this.next()
    }
  }

  async close(): Promise<void> {
    await this.#reader?.end()
    this.#reader = undefined
  }

  async #piece(work: DayWork): Promise<WalkPiece> {
    if (!this.#reader) {
      if (work.receipt) {
        if (this.#restarts === 0) this.totals.checked += 1
        if (await isAsDumped(this.#session, this.#shape, work.receipt, this.#compareSize))
          return this.#nothing(work)
      }
      const expected = { rows: work.rows ?? work.receipt?.rows, keys: work.keys }
      this.#reader = new DayReader(this.#session, this.#shape, work, this.#shared, expected)
      this.#isFirst = true
    }
    const reader = this.#reader
    const { rows, bytes, lines, isLast } = await reader.next()
    const piece = {
      work,
      shape: this.#shape,
      isFirst: this.#isFirst,
      rows: { length: rows },
      bytes,
      lines,
    }
    this.#isFirst = false
    this.totals.longestStatementMs = Math.max(this.totals.longestStatementMs, reader.longestMs)
    if (!isLast) return piece
    await reader.end()
    this.#reader = undefined
    this.totals.longestSnapshotMs = Math.max(this.totals.longestSnapshotMs, reader.snapshotMs)
    const fingerprint = await readFingerprint(this.#session, this.#shape.table)
    if (fingerprint !== this.#shape.table.fingerprint) {
      await this.#beginAgain()
      return this.#nothingYet(work)
    }
    const digest = reader.hasher.digest()
    if (digest.rows === 0) return this.#emptied(work)
    if (work.receipt && digest.rows === work.receipt.rows && digest.hash === work.receipt.hash)
      return this.#nothing(work)
    this.#advance()
    return { ...piece, end: { digest, seenAt: this.#clock(), snapshotMs: Math.round(reader.snapshotMs) } }
  }

  #emptied(work: DayWork): WalkPiece {
    if (work.receipt) this.totals.emptied.push(work.day)
    return this.#nothing(work)
  }

  #nothing(work: DayWork): WalkPiece {
    this.#advance()
    return this.#nothingYet(work)
  }

  #nothingYet(work: DayWork): WalkPiece {
    return {
      work,
      shape: this.#shape,
      isFirst: true,
      rows: { length: 0 },
      bytes: 0,
      lines: Buffer.alloc(0),
    }
  }

  #advance(): void {
    this.#at += 1
    this.#restarts = 0
  }

  async #beginAgain(): Promise<void> {
    this.#restarts += 1
    this.totals.restarts += 1
    this.#shape = await readShapeAgain(this.#session, this.#shape)
    await this.#agree(this.#shape.table)
    this.#shared = sharedOf(this.#session, this.#shape, this.#limits)
  }
}

/** A few milliseconds' worth, so that the only day of a nightly run is not read in many statements. */
const firstRows = 2_500

function sharedOf(session: Session, shape: TableShape, limits: ChunkLimits): ReaderShared {
  return {
    size: new ChunkSize(shape.table.estimate.averageRowBytes, limits, firstRows),
    lines: new RowLines(),
    statements: new DayStatements(session, shape),
  }
}
