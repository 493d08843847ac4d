/** Numbers as people read them: 1,234,567. */
export const grouped = (number: number): string => number.toLocaleString('en')

/** `1 chunk`, `2 chunks`. */
export const counted = (number: number, noun: string): string =>
  `${grouped(number)} ${noun}${number === 1 ? '' : 's'}`
