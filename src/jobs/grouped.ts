/** Numbers as people read them: 1,234,567. */
export const grouped = (number: number): string => number.toLocaleString('en')
