/** Which days are closed: so long past that no row of them is still to come, as far as can be seen. Pure. */
import type { ReplicaState } from '../../mysql/replica-state.ts'
import { type Age, before } from '../time-words.ts'
import { dayOf } from './days.ts'
import type { OldestTransaction } from './open-transactions.ts'

/** What was seen of the server. */
export interface Seen {
  /** The server's own time. */
  readonly now: Date
  /** How long after its end a day is closed. */
  readonly closeAfter: Age
  readonly oldest: OldestTransaction | undefined | 'unseen'
  readonly replica: ReplicaState
  readonly zone: string
}

export interface Closing {
  /** Days before this one are closed. */
  readonly until: string
  /** The transaction that keeps days open which are old enough. */
  readonly holding: OldestTransaction | undefined
}

export function closing({ now, closeAfter, oldest, replica, zone }: Seen): Closing {
  // What a replica has not got yet may be of any day since.
  const seenUntil = typeof replica === 'object' ? now.getTime() - replica.secondsBehind * 1000 : now.getTime()
  const byAge = new Date(Math.min(before(now, closeAfter).getTime(), seenUntil))
  const dayByAge = dayOf(byAge, zone)
  if (typeof oldest !== 'object' || oldest.since >= byAge) return { until: dayByAge, holding: undefined }
  const until = dayOf(oldest.since, zone)
  return { until, holding: until < dayByAge ? oldest : undefined }
}
