/** The SQL that leads from the rights that an account holds on a database to those that it is to hold. */
import { namedKey } from '../../engine/named-keys.ts'
import type { Partly } from '../../engine/resource.ts'
import { literalNames, patternFor } from './account-name.ts'
import type { AccountState } from './account-state.ts'

/** A right of its own in SQL: it is given with others, and taken alone. */
const grantOption = 'GRANT OPTION'

/** What is missing comes before what is too much goes: an application that runs keeps what it is to keep. */
export function rightsSql(
  account: string,
  database: string,
  state: Partly<AccountState>,
  wanted: readonly string[],
): string[] {
  const actual = state[`on ${namedKey(database)}`]
  const held = actual === undefined || actual === 'nothing' ? [] : String(actual).split(', ')
  const on = `ON \`${patternFor(state)(database)}\`.*`
  // Taking single rights from ALL PRIVILEGES would name every right of every version.
  const all = held.includes('ALL PRIVILEGES') && !wanted.includes('ALL PRIVILEGES')
  const isRight = (each: string) => each !== grantOption
  const more = (all ? wanted : wanted.filter(each => !held.includes(each))).filter(isRight)
  const less = wanted.includes('ALL PRIVILEGES')
    ? []
    : held.filter(each => isRight(each) && !wanted.includes(each))
  const take = less.length === 0 ? [] : [`REVOKE ${less.join(', ')} ${on} FROM ${account};`]
  const grant = more.length === 0 ? [] : [`GRANT ${more.join(', ')} ${on} TO ${account};`]
  // Of what it holds everywhere but was denied here, a first GRANT only ends the denial.
  const give = state.names === literalNames ? [...grant, ...grant] : grant
  const mayGrant = wanted.includes(grantOption)
  const option =
    mayGrant === held.includes(grantOption)
      ? []
      : [
          mayGrant
            ? `GRANT USAGE ${on} TO ${account} WITH GRANT OPTION;`
            : `REVOKE ${grantOption} ${on} FROM ${account};`,
        ]
  return [...(all ? [...take, ...give] : [...give, ...take]), ...option]
}
