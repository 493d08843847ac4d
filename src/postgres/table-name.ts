/** Reads `SCHEMA.TABLE`: two names from the parser on, each quoted apart. */

/** A table's two names, each a name of its own. */
export interface PgTableName {
  readonly schema: string
  readonly table: string
}

/** PostgreSQL cuts what is longer (NAMEDATALEN is 64), so that two names could become one. */
const mostNameBytes = 63

/**
 * The two names as they are written, capitals too; one with a dot, a blank or a quote in it stands in double quotes.
 * A schema is never guessed.
 */
export function parsePgTableName(text: string): PgTableName | { readonly problem: string } {
  const parts: string[] = []
  let rest = text
  for (;;) {
    const [whole, quoted, bare] = /^(?:"((?:[^"]|"")+)"|([^".]+))/.exec(rest) ?? []
    if (whole === undefined) return { problem: `${JSON.stringify(text)} is no SCHEMA.TABLE` }
    parts.push(quoted?.replaceAll('""', '"') ?? bare ?? '')
    rest = rest.slice(whole.length)
    if (rest === '') break
    if (!rest.startsWith('.')) return { problem: `${JSON.stringify(text)} is no SCHEMA.TABLE` }
    rest = rest.slice(1)
  }
  const problem = parts.map(nameProblem).find(each => each !== undefined)
  if (problem !== undefined) return { problem }
  const [schema, table] = parts
  if (parts.length === 2 && schema !== undefined && table !== undefined) return { schema, table }
  const what = parts.length === 1 ? 'no schema' : 'more than a schema and a table'
  return { problem: `${JSON.stringify(text)} names ${what}` }
}

/** Undefined: PostgreSQL takes the name as it is. */
export function nameProblem(name: string): string | undefined {
  const bytes = Buffer.byteLength(name)
  if (bytes > mostNameBytes)
    return `${JSON.stringify(name)} has ${bytes} bytes, and PostgreSQL cuts names at ${mostNameBytes}`
  return undefined
}

export function pgTableText({ schema, table }: PgTableName): string {
  const part = (each: string): string => (/^[\w$]+$/.test(each) ? each : `"${each.replaceAll('"', '""')}"`)
  return `${part(schema)}.${part(table)}`
}
