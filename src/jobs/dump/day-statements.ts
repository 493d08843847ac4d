/** The statements that read a day: along the index of its column, or where its rows lie. */
import { selectList } from '../../mysql/column-sql.ts'
import { explain, fits, guardAccess } from '../../mysql/explain-guard.ts'
import { after, atOrAfter, orderByList, type Position } from '../../mysql/keyset.ts'
import type { Session } from '../../mysql/session.ts'
import { name, type Sql, sql, trusted } from '../../mysql/sql.ts'
import { tableSql, tableText } from '../../mysql/table-name.ts'
import type { Day } from './days.ts'
import { betweenSql, type KeySpan } from './find-days.ts'
import type { TableShape } from './table-shape.ts'

/** A day that was counted, with the first and the last key of its rows. */
export interface KeyedDay extends Day {
  readonly rows: number
  readonly keys: KeySpan
}

/** Makes them for all days of one shape, and asks the server about each form until its answer holds for good. */
export class DayStatements {
  readonly #session: Session
  readonly #shape: TableShape
  readonly #guarded = new Set<'first' | 'later'>()
  #byKey: 'unknown' | 'good' | 'bad' = 'unknown'

  constructor(session: Session, shape: TableShape) {
    this.#session = session
    this.#shape = shape
  }

  /** So many rows behind a place of the day, or from its beginning. */
  async byIndex(day: Day, place: Position | undefined, limit: number): Promise<Sql> {
    const { columns, order, by, table } = this.#shape
    const begin = order.isUnique ? after : atOrAfter
    const behind = place ? sql` AND ${begin(order.columns, place)}` : trusted('')
    const statement = sql`SELECT ${selectList(columns)} FROM ${tableSql(table)} FORCE INDEX (${name(order.index)})
      WHERE ${betweenSql(by, day.from, day.to)}${behind} ORDER BY ${orderByList(order.columns)} LIMIT ${limit}`
    const form = place ? 'later' : 'first'
    if (!this.#guarded.has(form)) {
      const before = sql`SELECT 1 FROM ${tableSql(table)} FORCE INDEX (${name(order.index)})
        WHERE ${name(by)} < ${day.from} OR ${name(by)} IS NULL`
      const planned = { index: order.index, mustBeRange: true, ...(!place && { before }) }
      if (await guardAccess(this.#session, statement, planned, this.doing)) this.#guarded.add(form)
    }
    return statement
  }

  /**
   * All rows of the day, read where they lie, which takes the server half the work: an index leads to each row alone. It
   * brings just as many as were counted only where these are the whole day, as the index counts them in the same
   * statement; else none, or fewer. Undefined: the server would not do it so.
   */
  async byKey({ from, to, rows, keys }: KeyedDay): Promise<Sql | undefined> {
    const { columns, order, by, key, table } = this.#shape
    const [lies = ''] = key
    const day = betweenSql(by, from, to)
    const statement = sql`SELECT ${selectList(columns)} FROM ${tableSql(table)} FORCE INDEX (PRIMARY)
      WHERE ${name(lies)} >= ${keys.from} AND ${name(lies)} <= ${keys.to} AND ${day}
      AND (SELECT COUNT(*) FROM ${tableSql(table)} FORCE INDEX (${name(order.index)}) WHERE ${day}) = ${rows}
      ORDER BY ${name(lies)} LIMIT ${rows + 1}`
    if (this.#byKey === 'unknown') {
      const planned = { index: 'PRIMARY', mustBeRange: true }
      const access = await explain(this.#session, statement, this.doing)
      this.#byKey = fits(access, planned) ? 'good' : 'bad'
    }
    return this.#byKey === 'good' ? statement : undefined
  }

  /** For errors. */
  get doing(): string {
    return `reading ${tableText(this.#shape.table)}`
  }
}
