/**
 * A condition that a person wrote, so that its texts mean what they mean to a client: UTF-8, compared by the collation of
 * the column. To the sessions of jobs a text is bytes.
 */
import { endOfQuoted } from './end-of-quoted.ts'

/** What a text may stand behind that takes no other form: DATE '2024-01-01', x'41', _latin1'a', `c->'$.a'`, 'a' 'b'. */
const takesPlainText =
  /(?:(?:^|[^\w$])(?:_\w+|[xbn]|date|time|timestamp|separator|collate|d|t|ts)\s*|->>?\s*)$/i
/** Where a text says so, it does within so many characters before it; all that was before would take the square of the length. */
const mostBefore = 64

/** Gives each text the introducer of UTF-8 (MySQL, "Character Set Introducers"). */
export function clientText(where: string): string {
  const parts: string[] = []
  let before = ''
  const put = (part: string): void => {
    parts.push(part)
    before = (before + part).slice(-mostBefore)
  }
  for (let at = 0; at < where.length; at++) {
    const character = where[at] ?? ''
    if (!`'"\``.includes(character)) {
      put(character)
      continue
    }
    const end = endOfQuoted(where, at, character) ?? where.length
    const quoted = where.slice(at, end + 1)
    const takesPlain = /['"]\s*$/.test(before) || takesPlainText.test(before)
    put(character === '`' || takesPlain ? quoted : ` _utf8mb4${quoted}`)
    at = end
  }
  return parts.join('')
}
