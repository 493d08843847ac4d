/** What it means for who counts on one type that a column has another: pure, with the condition of the rows that suffer. */
import { type Sql, sql } from '../../mysql/sql.ts'
import { type ColumnType, rangeOf } from './column-type.ts'

/**
 * - `harmless`: all that the column can hold fits what the consumer knows
 * - `widens`: it can hold more; rows that do already are found by `suffers`
 * - `breaks`: it is something else; `suffers` are the rows with a value
 */
export interface Comparison {
  readonly verdict: 'harmless' | 'widens' | 'breaks'
  readonly suffers?: Sql
}

const harmless: Comparison = { verdict: 'harmless' }

/** `column` is the column's quoted name. Undefined: they are the same. */
export function compareTypes(before: ColumnType, now: ColumnType, column: Sql): Comparison | undefined {
  if (JSON.stringify(before) === JSON.stringify(now)) return undefined
  const widens = (suffers?: Sql): Comparison => ({ verdict: 'widens', ...(suffers && { suffers }) })
  const breaks: Comparison = { verdict: 'breaks', suffers: sql`${column} IS NOT NULL` }
  if (before.kind === 'int' && now.kind === 'int') {
    const [low, high] = rangeOf(before)
    const [newLow, newHigh] = rangeOf(now)
    const isOutside = sql`${column} < ${low} OR ${column} > ${high}`
    const printed = filledOtherwise(before.filled, now.filled)
    const isFit = newLow >= low && newHigh <= high
    if (printed === undefined) {
      if (!isFit) return widens(isOutside)
      return before.bits === now.bits && before.isUnsigned === now.isUnsigned ? undefined : harmless
    }
    const isPrinted = sql`${column} < ${10n ** BigInt(printed - 1)}`
    return widens(isFit ? isPrinted : sql`${isOutside} OR ${isPrinted}`)
  }
  if (before.kind === 'int' && now.kind === 'decimal') {
    const [low, high] = rangeOf(before)
    return widens(sql`${column} < ${low} OR ${column} > ${high} OR ${column} <> ROUND(${column}, 0)`)
  }
  if (before.kind === 'decimal' && now.kind === 'decimal') {
    const whole = before.digits - before.scale
    const isSigned = before.isUnsigned && !now.isUnsigned
    if (now.digits - now.scale <= whole && now.scale <= before.scale && !isSigned) return harmless
    const isBelow = isSigned ? sql`${column} < 0 OR ` : sql``
    return widens(
      sql`${isBelow}ABS(${column}) >= ${10n ** BigInt(whole)} OR ${column} <> ROUND(${column}, ${before.scale})`,
    )
  }
  if (before.kind === 'float' && now.kind === 'float') {
    if (before.isUnsigned && !now.isUnsigned) return widens(sql`${column} < 0`)
    const hasMore = before.digits !== '' && before.digits !== now.digits
    return hasMore || (now.isDouble && !before.isDouble) ? widens() : harmless
  }
  if ((before.kind === 'text' || before.kind === 'bytes') && before.kind === now.kind) {
    // A character has four bytes at most.
    const mostNow = now.unit === before.unit ? now.most : now.unit === 'characters' ? now.most * 4 : now.most
    if (mostNow <= before.most)
      return now.isFilled && !before.isFilled
        ? widens(sql`RIGHT(${column}, 1) = ${Buffer.from([0])}`)
        : harmless
    return widens(
      before.unit === 'characters'
        ? sql`CHAR_LENGTH(${column}) > ${before.most}`
        : sql`LENGTH(${column}) > ${before.most}`,
    )
  }
  if (
    (before.kind === 'datetime' && now.kind === 'datetime') ||
    (before.kind === 'timestamp' && now.kind === 'timestamp') ||
    (before.kind === 'time' && now.kind === 'time')
  ) {
    if (now.fraction <= before.fraction) return harmless
    return widens(sql`MICROSECOND(${column}) % ${10 ** (6 - before.fraction)} <> 0`)
  }
  if ((before.kind === 'enum' || before.kind === 'set') && now.kind === before.kind) {
    const added = now.values.flatMap((value, index) => (before.values.includes(value) ? [] : [index]))
    if (added.length === 0) return isInOrder(before.values, now.values) ? harmless : widens()
    const number = sql`CAST(${column} AS UNSIGNED)`
    const mask = added.reduce((sum, index) => sum | (1n << BigInt(index)), 0n)
    return widens(
      now.kind === 'set'
        ? sql`(${number} & ${mask}) <> 0`
        : added.map(index => sql`${number} = ${index + 1}`).reduce((all, each) => sql`${all} OR ${each}`),
    )
  }
  if (before.kind === 'text' && now.kind === 'enum') {
    return now.values.every(value => [...value].length <= before.most) ? harmless : widens()
  }
  if (before.kind === 'enum' && now.kind === 'text') {
    const known = before.values
      .map(value => sql`${value}`)
      .reduce((all, each) => sql`${all}, ${each}`, sql`NULL`)
    const isOld = sql`CONVERT(${column} USING utf8mb4) IN (${known})`
    return widens(sql`${column} IS NOT NULL AND ${isOld} IS NOT TRUE`)
  }
  if (before.kind === 'bit' && now.kind === 'bit') {
    return now.bits <= before.bits ? harmless : widens(sql`(${column} + 0) >= ${1n << BigInt(before.bits)}`)
  }
  return breaks
}

/** It sorts by their order, and a SET prints them in it. */
function isInOrder(before: readonly string[], now: readonly string[]): boolean {
  const places = now.map(value => before.indexOf(value))
  return places.every((place, index) => index === 0 || place > (places[index - 1] ?? 0))
}

/** Values of fewer digits than these are printed otherwise; undefined: none, as far as anybody knows. */
function filledOtherwise(before: number | undefined, now: number | undefined): number | undefined {
  return before === now || before === 0 || now === 0 ? undefined : Math.max(before ?? 1, now ?? 1)
}

const breadth = ['ascii', 'latin1', 'utf8mb3', 'utf8mb4']

/** Servers disagree on what utf8 is called. */
export function plainCharset(name: string | null): string | undefined {
  return name === null ? undefined : name.toLowerCase().replace(/^utf8$/, 'utf8mb3')
}

/** The same for character sets. */
export function compareCharsets(
  before: string,
  now: string,
  column: Sql,
  using: (name: string) => Sql,
): Comparison | undefined {
  if (before === now) return undefined
  const [from, to] = [breadth.indexOf(before), breadth.indexOf(now)]
  if (from >= 0 && to >= 0 && to < from) return harmless
  return {
    verdict: 'widens',
    suffers: sql`BINARY CONVERT(CONVERT(${column} USING ${using(before)}) USING ${using(now)}) <> BINARY ${column}`,
  }
}
