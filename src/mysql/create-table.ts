/** What a server says of a table in SHOW CREATE TABLE. Pure. */

/** A server names the number before anything in quotes that the table's owner wrote. */
const numberInOptions = /^([^'"]*?) AUTO_INCREMENT=(\d+)/

/** The next number of its AUTO_INCREMENT column; undefined: none is named, so it is 1 or there is no such column. */
export function numberIn(create: string): bigint | undefined {
  const [, options] = parts(create)
  const found = numberInOptions.exec(options)?.[2]
  return found === undefined ? undefined : BigInt(found)
}

/** The text without that number, which each new row changes. */
export function withoutNumber(create: string): string {
  const [columns, options] = parts(create)
  return columns + options.replace(numberInOptions, '$1')
}

/** Columns and indexes, whose comments may say anything, and what stands behind them. */
function parts(create: string): readonly [string, string] {
  const at = Math.max(0, create.lastIndexOf('\n)'))
  return [create.slice(0, at), create.slice(at)]
}
