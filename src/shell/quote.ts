/** Quotes one word for POSIX sh. */

/** Bytes that mean nothing to any shell (fish and csh included) when they stand bare. */
const plainWord = /^[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+=:,./-]*$/

/**
 * Returns `value` as exactly one shell word, whatever it holds.
 * @throws TypeError for NUL and lone surrogates, which no shell word can carry.
 */
export function quote(value: string): string {
  if (value.includes('\0')) throw new TypeError('a shell word cannot hold a NUL byte')
  if (!value.isWellFormed()) throw new TypeError('a shell word must be well-formed Unicode')
  if (plainWord.test(value)) return value
  return `'${value.replaceAll("'", "'\\''")}'`
}
