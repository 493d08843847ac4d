/** Names of accounts and databases, as they stand in SQL. */
import type { Value } from '../../engine/resource.ts'

/** Names hold no quotes and no backslashes, in whichever mode the server reads its SQL. */
export function accountOf({ name, from }: { readonly name: string; readonly from: string }): string {
  return `'${name}'@'${from}'`
}

/** In rights on databases `_` and `%` are wildcards: `my_shop` alone would open `my1shop` as well. */
export function asPattern(database: string): string {
  return database.replaceAll('_', '\\_')
}

/** MySQL 8.0.16 with `partial_revokes` compares names letter by letter: a backslash would be one of them. */
export const literalNames = 'taken as they stand'
export const patternFor = ({ names }: { readonly names?: Value }): ((database: string) => string) =>
  names === literalNames ? database => database : asPattern
