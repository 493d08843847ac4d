/** Names of accounts and databases, as they stand in SQL. */

/** Names hold no quotes and no backslashes, in whichever mode the server reads its SQL. */
export function accountOf({ name, from }: { readonly name: string; readonly from: string }): string {
  return `'${name}'@'${from}'`
}

/** In rights on databases `_` and `%` are wildcards: `my_shop` alone would open `my1shop` as well. */
export function asPattern(database: string): string {
  return database.replaceAll('_', '\\_')
}
