/** The name of a table: two names from the parser of `DB.TABLE` on, each quoted apart. */
import { name, type Sql } from './sql.ts'

/** A table's two names, each a name of its own. */
export interface TableName {
  readonly database: string
  readonly table: string
}

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

/** The table's quoted name. */
export function tableSql({ database, table }: TableName): Sql {
  return name(database, table)
}

/** As people read it. */
export function tableText({ database, table }: TableName): string {
  return `${database}.${table}`
}

/** As `DB.TABLE` is written for `parseTableName`: odd names in backquotes. */
export function tableWord({ database, table }: TableName): string {
  return [database, table]
    .map(part => (/[.`]/.test(part) ? `\`${part.replaceAll('`', '``')}\`` : part))
    .join('.')
}
