/** Who runs ops on this machine: asked of the system once. */
import { type UserInfo, userInfo } from 'node:os'

let known: UserInfo<string> | undefined

export function ownUser(): UserInfo<string> {
  known ??= userInfo()
  return known
}
