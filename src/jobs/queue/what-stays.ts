/** What should have moved and did not, when a run of moves is over: why, and the way out. */
import { counted } from '../../base/counted.ts'
import type { Session } from '../../mysql/session.ts'
import { tableText } from '../../mysql/table-name.ts'
import type { JobTable } from './job-table.ts'
import type { Direction } from './move-batch.ts'
import type { Left, QueueRequest } from './queue-request.ts'
import { numbersText, takenNumbers } from './taken-numbers.ts'
import { waitingUpTo } from './waiting.ts'

/** `newestAtFirst`: those up to it were to be parked; undefined: none. */
export async function whatStays(
  session: Session,
  jobs: JobTable,
  direction: Direction,
  { queue, watches, renumbers }: QueueRequest,
  newestAtFirst: bigint | undefined,
): Promise<Left | undefined> {
  const { live, parked } = jobs
  if (direction === 'drip') {
    // Those are of the next batch.
    if (renumbers) return undefined
    const taken = await takenNumbers(session, jobs, queue)
    if (taken.count === 0) return undefined
    return {
      jobs: taken.count,
      title: `${counted(taken.count, 'parked job')} of ${queue} ${taken.count === 1 ? 'stays' : 'stay'} parked: other jobs of ${tableText(live)} have ${taken.count === 1 ? 'its number' : 'their numbers'} now (${numbersText(taken)})`,
      next: `--renumber brings them back under new numbers. They are whole in ${tableText(parked)}.`,
    }
  }
  const waiting =
    watches || newestAtFirst === undefined ? 0 : await waitingUpTo(session, jobs, queue, newestAtFirst)
  if (waiting === 0) return undefined
  return {
    jobs: waiting,
    title: `${counted(waiting, 'job')} of ${queue} ${waiting === 1 ? 'waits still: another transaction holds it' : 'wait still: other transactions hold them'}`,
    next: 'Every job is on one side. Run the same command again once these transactions have ended.',
  }
}
