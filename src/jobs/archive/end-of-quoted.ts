/** Where a quoted piece of SQL ends, as sessions of jobs read it: a backslash takes the next character with it. */

/** `from` is the place of the first quote. Undefined: it is not closed. */
export function endOfQuoted(text: string, from: number, quote: string): number | undefined {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\' && quote !== '`') at += 1
    else if (text[at] === quote) return at
  }
  return undefined
}
