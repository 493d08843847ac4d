/** Works out which columns of `logs` a query looks at, from DuckDB's own parse of it. */

/** The parse of one SELECT as `json_serialize_sql` gives it, or why there is none. */
export type Parsed =
  | { readonly error: false; readonly statements: readonly unknown[] }
  | { readonly error: true; readonly error_message: string }

/** The columns that may matter; all of them where that is not plain. */
export function usedColumns(parsed: unknown, columns: readonly string[]): readonly string[] {
  const seen = new Set<string>()
  const aliases = new Set<string>(['logs'])
  const wholes: string[] = []
  let takesAll = false
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) {
      for (const each of node) visit(each)
      return
    }
    if (typeof node === 'string') seen.add(node.toLowerCase())
    if (typeof node !== 'object' || node === null) return
    const {
      class: kind,
      type,
      ref_type: join,
      alias,
      column_names: names,
      expression,
      null_order,
    } = node as Record<string, unknown>
    // ORDER BY ALL is by what the query selects.
    if (null_order !== undefined && isAll(expression)) return
    // `*`, COLUMNS(...), NATURAL JOIN and PIVOT take columns that they do not name.
    if (kind === 'STAR' || type === 'STAR' || join === 'NATURAL' || /PIVOT/.test(String(type)))
      takesAll = true
    if (/TABLE|SUBQUERY|JOIN/.test(String(type)) && typeof alias === 'string')
      aliases.add(alias.toLowerCase())
    // A row as a whole: SELECT l FROM logs l.
    if (kind === 'COLUMN_REF' && Array.isArray(names) && names.length === 1) {
      wholes.push(String(names[0]).toLowerCase())
    }
    for (const each of Object.values(node)) visit(each)
  }
  visit(parsed)
  if (takesAll || wholes.some(name => aliases.has(name))) return columns
  const used = columns.filter(name => seen.has(name.toLowerCase()))
  // A table has a column, also where rows are only counted.
  return used.length > 0 ? used : columns.slice(0, 1)
}

function isAll(order: unknown): boolean {
  const { class: kind, columns, expr } = (order ?? {}) as Record<string, unknown>
  return kind === 'STAR' && columns === true && expr === null
}
