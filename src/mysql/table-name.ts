/** Reads `DB.TABLE`: two names from the parser on, each quoted apart. */
import type { TableName } from './catalog.ts'

/** The two names, or what is wrong. A name with a dot, a blank or a backquote in it is written in backquotes. */
export function parseTableName(text: string, database?: string): TableName | { readonly problem: string } {
  const parts: string[] = []
  let rest = text
  for (;;) {
    const [whole, quoted, bare] = /^(?:`((?:[^`]|``)+)`|([^`.]+))/.exec(rest) ?? []
    if (whole === undefined) return { problem: `${JSON.stringify(text)} is no DB.TABLE` }
    parts.push(quoted?.replaceAll('``', '`') ?? bare ?? '')
    rest = rest.slice(whole.length)
    if (rest === '') break
    if (!rest.startsWith('.')) return { problem: `${JSON.stringify(text)} is no DB.TABLE` }
    rest = rest.slice(1)
  }
  const [first = '', second] = parts
  const tooLong = parts.find(part => [...part].length > 64)
  if (tooLong !== undefined) return { problem: `${JSON.stringify(tooLong)} is longer than 64 characters` }
  if (parts.length === 2 && second !== undefined) return { database: first, table: second }
  if (parts.length === 1 && database !== undefined) return { database, table: first }
  return {
    problem: `${JSON.stringify(text)} names ${parts.length === 1 ? 'no database' : 'more than a database and a table'}`,
  }
}
