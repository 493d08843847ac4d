/** Ways to log in that an account has beside a password, and that a new password must not take away. */
import { mask } from '../../base/secret.ts'
import type { Value } from '../../engine/resource.ts'

/** What is known of the ways in to an account. */
type Login = Partial<Readonly<Record<'account' | 'methods' | 'login' | 'password', Value>>>

/** What the look says of an account that has to bring more than one proof of itself (MySQL 8.0.27 and later). */
export const severalFactors = 'several factors'

/** A password that is set anew is not expired any more, and is stored by a method that the server has. */
export const needsAnew = ({ login }: Login): boolean => /expired|not loaded/.test(String(login ?? ''))

/** Ways to log in that a password of ours stands for; `invalid` is what Debian stores where there is none. */
const passwordMethods = ['mysql_native_password', 'caching_sha2_password', 'mysql_old_password']

/** The ways beside a password, as MariaDB writes them: `unix_socket`, or `ed25519 USING` where something is stored. */
export function otherMethods(actual: Login): string[] {
  const methods = String(actual.methods ?? '')
    .split(',')
    .filter(Boolean)
  return methods.filter(each => !passwordMethods.includes(each.replace(/ USING$/, '')))
}

/** Why a password must not be set: it would take away a way in that cannot be written anew, as what is stored is not ours. */
export function lostWayIn(actual: Login): string | undefined {
  if (actual.account !== 'present') return undefined
  const isRight = actual.password === mask && actual.methods !== severalFactors
  if (isRight && !needsAnew(actual)) return undefined
  const lost = otherMethods(actual).filter(each => each !== 'unix_socket')
  if (lost.length === 0) return undefined
  const names = lost.map(each => each.replace(/ USING$/, '')).join(' and ')
  return `this account logs in by ${names}, which a password would replace: it stays as it is. Leave it out of the recipe, or drop it first, and it is made anew with a password`
}
