/** Names and texts quoted for PostgreSQL and Redshift: a hostile name is data everywhere. */

/** A quoted name, or several with dots between: each part is a name of its own, whatever is in it. */
export function quoteName(...parts: readonly string[]): string {
  return parts.map(part => `"${part.replaceAll('"', '""')}"`).join('.')
}

/** A literal; sessions have `standard_conforming_strings` on, so that a backslash is one. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** Names in parentheses. */
export function nameList(names: readonly string[]): string {
  return `(${names.map(each => quoteName(each)).join(', ')})`
}
