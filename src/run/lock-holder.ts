/** The name under which a run holds the lock of a host. */
import { hostname, userInfo } from 'node:os'

/** What another operator is told while this run holds the lock of a host. */
export function lockHolder(purpose: string): string {
  return `${userInfo().username}@${hostname()} (pid ${process.pid}) since ${new Date().toISOString()}: ${purpose}`
}
