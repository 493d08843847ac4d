/** Numbers as people read them, with the noun they count. */

/** With thousands apart: `1,234,567`. */
export const grouped = (number: number): string => number.toLocaleString('en')

/** `1 chunk`, `2 chunks`; with a verb or another plural: `counted(n, 'row is', 'rows are')`. */
export const counted = (number: number, one: string, many = `${one}s`): string =>
  `${grouped(number)} ${number === 1 ? one : many}`
