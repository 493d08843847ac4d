/** Conditions on where a chunk begins and ends. The server compares, by its own collations; nothing is computed here. */
import { bitNumber, cellSql, type RowColumn, readSql } from './column-sql.ts'
import { join, name, type Sql, sql, trusted } from './sql.ts'

/** A place in the order: one cell for each column of it. */
export type Position = readonly (Buffer | null)[]

/** The columns of the order, as the rows carry them. */
export type Order = readonly RowColumn[]

/** Rows behind a place. The first comparison repeats what follows from the rest: every optimizer makes a range of that. */
export function after(order: Order, place: Position): Sql {
  return beyond(order, place, '>', '>')
}

/** Rows behind a place, and those that are there. */
export function atOrAfter(order: Order, place: Position): Sql {
  return beyond(order, place, '>', '>=')
}

/** Rows up to a place, with the row that is there. */
export function upTo(order: Order, place: Position): Sql {
  return beyond(order, place, '<', '<=')
}

/** `a > x OR (a = x AND (b > y OR ...))`: row constructors are slow or wrong in older servers. */
function beyond(order: Order, place: Position, sign: '>' | '<', last: '>' | '>=' | '<='): Sql {
  const nested = (index: number): Sql => {
    const column = name(order[index]?.name ?? '')
    const value = valueAt(order, place, index)
    if (index === order.length - 1) return sql`${column} ${trusted(last)} ${value}`
    return sql`(${column} ${trusted(sign)} ${value} OR (${column} = ${value} AND ${nested(index + 1)}))`
  }
  if (order.length === 1) return nested(0)
  const first = name(order[0]?.name ?? '')
  return sql`${first} ${trusted(`${sign}=`)} ${valueAt(order, place, 0)} AND ${nested(0)}`
}

/** Just these rows: an IN list, or for several columns an OR of equals, which every optimizer turns into point reads. */
export function among(key: Order, places: readonly Position[]): Sql {
  if (places.length === 0) return trusted('FALSE')
  const [only] = key
  if (only && key.length === 1) {
    const lists = ['bigint', 'bit'].includes(only.dataType) ? byHalf(only, places) : [places]
    const parts = lists.map(
      list => sql`${name(only.name)} IN (${join(list.map(place => valueAt(key, place, 0)))})`,
    )
    return parts.length === 1 ? join(parts) : sql`(${join(parts, ' OR ')})`
  }
  return sql`(${join(
    places.map(place => at(key, place)),
    ' OR ',
  )})`
}

const mostSigned = 9_223_372_036_854_775_807n

/** Numbers up to 2^63 - 1 and those beyond: to MariaDB a list with both is one of decimals, for which it takes no index. */
function byHalf({ dataType }: RowColumn, places: readonly Position[]): readonly (readonly Position[])[] {
  const isBeyond = ([cell]: Position): boolean => {
    if (cell == null) return false
    if (dataType === 'bit') return bitNumber(cell) > mostSigned
    return cell.length > 18 && BigInt(cell.toString('latin1')) > mostSigned
  }
  const beyond = places.filter(isBeyond)
  return beyond.length === 0 || beyond.length === places.length
    ? [places]
    : [places.filter(place => !isBeyond(place)), beyond]
}

/** Just this place. */
export function at(order: Order, place: Position): Sql {
  const equals = order.map((column, index) => sql`${name(column.name)} = ${valueAt(order, place, index)}`)
  return sql`(${join(equals, ' AND ')})`
}

export function orderByList(order: Order): Sql {
  return join(order.map(column => name(column.name)))
}

export function placeList(order: Order): Sql {
  return join(order.map(readSql))
}

function valueAt(order: Order, place: Position, index: number): Sql {
  const column = order[index]
  const cell = place[index]
  if (!column || cell === undefined) throw new RangeError('a place has a cell for each column of its order')
  return cellSql(column, cell)
}
