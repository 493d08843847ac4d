/** What a plan says of an account beside its changes. */
import { counted } from '../../base/counted.ts'
import type { AccountParams } from './account-params.ts'
import { toldLines } from './told-lines.ts'

/** From `DAYS AGE own|default`. */
function lifeText(words: string): string {
  const [days = '', age = '', whose] = words.split(' ')
  const left = Number(days) - Number(age)
  const when =
    left > 0
      ? `its password expires in ${counted(left, 'day')}`
      : 'its password has expired by age, is set anew, and will expire again'
  const rule =
    whose === 'own'
      ? `after ${counted(Number(days), 'day')}, a rule of its own`
      : `after ${counted(Number(days), 'day')}, by default_password_lifetime of the server`
  return `${when} (${rule}): ALTER USER ... PASSWORD EXPIRE NEVER ends that`
}

/** From the detail of the look. */
export function accountNotes(detail: string, given: AccountParams): string[] {
  if (given.state === 'absent') return []
  const after = toldLines(detail)
  return [
    ...after('missing ').map(database => `there is no database ${database} yet: the rights wait for it`),
    ...after('keeps ').map(method => `it logs in by ${method} too, and keeps that`),
    ...after('lives ').map(lifeText),
    ...after('second ').map(
      () => 'it has a second password too, and keeps that: ALTER USER ... DISCARD OLD PASSWORD ends that',
    ),
    ...after('also ').map(what => `it also holds, and keeps: ${what}`),
    ...(given.from === '%' && given.tls !== true ? ['it may come from anywhere, without TLS'] : []),
  ]
}
