/**
 * Walks a table in chunks along an index: each one begins behind the last row of the one before, by the server's own
 * comparison. Rows that come or go meanwhile are seen or not, but no row that stays is left out or read twice.
 */
import { performance } from 'node:perf_hooks'
import type { Table } from './catalog.ts'
import { type ChunkLimits, ChunkSize, usualLimits } from './chunk-size.ts'
import { type RowColumn, selectList } from './column-sql.ts'
import { explain, guardAccess } from './explain-guard.ts'
import type { WalkOrder } from './keys.ts'
import { after, at, type Order, orderByList, type Position, placeList, upTo } from './keyset.ts'
import type { Session } from './session.ts'
import { join, name, type Sql, sql, trusted } from './sql.ts'
import { tableSql, tableText } from './table-name.ts'
import { cellsOf, type WireRow } from './wire-row.ts'

/** What is walked. */
export interface Walk {
  readonly table: Table
  readonly order: WalkOrder
  /** What is read of each row; made by `rowColumns` with the columns of the order. */
  readonly columns: readonly RowColumn[]
  /** Bounds the walk itself, as `by < cut-off`: a condition on the first column of the order. */
  readonly bound?: Sql
  /** Leaves rows out of what is walked. */
  readonly filter?: Sql
  /** Begins behind this place. */
  readonly from?: Position
}

export interface Chunk extends ChunkBounds {
  /** In the order of the walk; may be empty where a filter left all out. */
  readonly rows: readonly WireRow[]
}

/** A chunk whose rows were taken as they came. */
export interface ChunkBounds {
  readonly count: number
  readonly bytes: number
  /** Behind which it begins; undefined: at the head. */
  readonly after: Position | undefined
  /** With which it ends; undefined: at the end of the walk. */
  readonly upTo: Position | undefined
  readonly milliseconds: number
}

interface Read {
  readonly count: number
  readonly bytes: number
  readonly isCut: boolean
  readonly last: WireRow
  readonly upTo: Position | undefined
}

/** Hands out one chunk after another. */
export class ChunkReader {
  readonly walk: Walk
  readonly size: ChunkSize
  readonly #session: Session
  readonly #orderColumns: Order
  readonly #orderAt: readonly number[]
  readonly #limits: ChunkLimits
  readonly #guarded = new Set<string>()
  #place: Position | undefined
  #isAtEnd = false

  constructor(session: Session, walk: Walk, limits: ChunkLimits = usualLimits) {
    this.#session = session
    this.walk = walk
    this.#limits = limits
    this.size = new ChunkSize(walk.table.estimate.averageRowBytes, limits)
    this.#orderAt = walk.order.columns.map(column => walk.columns.findIndex(each => each.name === column))
    this.#orderColumns = this.#orderAt.map(index => {
      const column = walk.columns[index]
      if (!column) throw new RangeError('a walk reads the columns of its order')
      return column
    })
    this.#place = walk.from
  }

  /** The columns of the order: what a `Position` is made of. */
  get order(): Order {
    return this.#orderColumns
  }

  /** Where a row stands in the order. */
  placeOf(row: WireRow): Position {
    const cells = cellsOf(row)
    return this.#orderAt.map(index => {
      const cell = cells[index]
      return cell == null ? null : Buffer.from(cell)
    })
  }

  /** The next chunk; undefined at the end. */
  async next(): Promise<Chunk | undefined> {
    const rows: WireRow[] = []
    const bounds = await this.nextInto(row => void rows.push(row))
    return bounds && { ...bounds, rows }
  }

  /** The next chunk, row by row as the server sends it; undefined at the end. */
  async nextInto(take: (row: WireRow) => void): Promise<ChunkBounds | undefined> {
    if (this.#isAtEnd) return undefined
    const begun = performance.now()
    const serverMs = this.#session.stopwatch()
    const from = this.#place
    const read = this.walk.filter ? await this.#readToBorder(from, take) : await this.#readSome(from, take)
    const milliseconds = performance.now() - begun
    const { count, bytes, isCut, upTo: end } = read
    // However far away the server is: fewer rows would not come sooner.
    this.size.learn(isCut ? count : this.size.rows, bytes, serverMs())
    this.#place = end
    this.#isAtEnd = end === undefined
    return { count, bytes, after: from, upTo: end, milliseconds }
  }

  /** So many rows as a chunk has: the last one is where it ends, by the server's order. */
  async #readSome(from: Position | undefined, take: (row: WireRow) => void): Promise<Read> {
    const { rows } = this.size
    const read = await this.#read(from, undefined, take, sql`LIMIT ${rows}`)
    return { ...read, upTo: read.isCut || read.count >= rows ? this.placeOf(read.last) : undefined }
  }

  /** Where a filter leaves rows out, nobody knows how far the server would look for so many. */
  async #readToBorder(from: Position | undefined, take: (row: WireRow) => void): Promise<Read> {
    const border = await this.#border(from)
    const read = await this.#read(from, border, take)
    return { ...read, upTo: read.isCut ? this.placeOf(read.last) : border }
  }

  /** The server's own answer to where the chunk ends. */
  async #border(from: Position | undefined): Promise<Position | undefined> {
    const skipped = this.size.rows - 1
    const statement = sql`SELECT ${placeList(this.#orderColumns)} FROM ${this.#from()}
      WHERE ${this.#within(from, undefined)} ORDER BY ${orderByList(this.#orderColumns)} LIMIT ${skipped}, 1`
    await this.#guard('border', from, statement)
    const [place] = await this.#session.cells(statement, this.#doing)
    return place?.map(cell => (cell === null ? null : Buffer.from(cell)))
  }

  async #read(
    from: Position | undefined,
    to: Position | undefined,
    take: (row: WireRow) => void,
    limit: Sql = trusted(''),
  ): Promise<Omit<Read, 'upTo'>> {
    const { columns, filter } = this.walk
    const conditions = [this.#within(from, to), ...(filter ? [sql`(${filter})`] : [])]
    const statement = sql`SELECT ${selectList(columns)} FROM ${this.#from()} WHERE ${join(conditions, ' AND ')}
      ORDER BY ${orderByList(this.#orderColumns)} ${limit}`
    // Of the statement without the filter: with it the server may use less of the key, and reads no more for that.
    const bare = sql`SELECT ${selectList(columns)} FROM ${this.#from()} WHERE ${this.#within(from, to)}
      ORDER BY ${orderByList(this.#orderColumns)} ${limit}`
    await this.#guard('rows', from, bare)
    let count = 0
    let bytes = 0
    let isCut = false
    let last: WireRow = Buffer.alloc(0)
    await this.#session.query(statement, this.#doing, {
      onRow: row => {
        // Rows may be far larger than the average said: what does not fit is read again with the next chunk.
        isCut ||= count > 0 && bytes + row.length > this.#limits.mostBytes * 2
        if (isCut) return
        count += 1
        bytes += row.length
        last = row
        take(row)
      },
    })
    return { count, bytes, isCut, last }
  }

  #from(): Sql {
    return sql`${tableSql(this.walk.table)} FORCE INDEX (${name(this.walk.order.index)})`
  }

  #within(from: Position | undefined, to: Position | undefined): Sql {
    const { bound } = this.walk
    const conditions = [
      ...(bound ? [sql`(${bound})`] : []),
      ...(from ? [after(this.#orderColumns, from)] : []),
      ...(to ? [upTo(this.#orderColumns, to)] : []),
    ]
    return conditions.length === 0 ? trusted('TRUE') : join(conditions, ' AND ')
  }

  /** Each shape of statement is asked about once. */
  async #guard(what: string, from: Position | undefined, statement: Sql): Promise<void> {
    const shape = `${what} ${from === undefined ? 'first' : 'later'}`
    if (this.#guarded.has(shape)) return
    const { order, bound } = this.walk
    const keyBytes = from && (await this.#wholeKeyBytes(from))
    const planned = {
      index: order.index,
      mustBeRange: from !== undefined || (bound !== undefined && order.isByColumn),
      ...(keyBytes !== undefined && { keyBytes }),
    }
    if (await guardAccess(this.#session, statement, planned, this.#doing)) this.#guarded.add(shape)
  }

  /** What the index has for all columns of the order, as the server counts it. */
  async #wholeKeyBytes(place: Position): Promise<number | undefined> {
    const statement = sql`SELECT ${placeList(this.#orderColumns)} FROM ${this.#from()} WHERE ${at(this.#orderColumns, place)}`
    const access = await explain(this.#session, statement, this.#doing)
    return access.key === this.walk.order.index ? access.keyBytes : undefined
  }

  get #doing(): string {
    return `reading ${tableText(this.walk.table)}`
  }
}
