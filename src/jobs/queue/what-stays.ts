/** What should have moved and did not, when a run of moves is over: why, and the way out. */
import { counted, grouped } from '../../base/counted.ts'
import type { Session } from '../../mysql/session.ts'
import { tableText } from '../../mysql/table-name.ts'
import type { JobTable } from './job-table.ts'
import type { Direction } from './move-batch.ts'
import type { Left, QueueRequest } from './queue-request.ts'
import { uniquesText } from './queue-text.ts'
import { numbersText, takenBy } from './taken-numbers.ts'
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
    const { numbers, values } = await takenBy(session, jobs, queue)
    // With new numbers, those are of the next batch.
    const taken = renumbers || numbers.count === 0 ? values : numbers
    if (taken.count === 0) return undefined
    const what = taken === values ? uniquesText(jobs) : taken.count === 1 ? 'its number' : 'their numbers'
    const also =
      taken === values || values.count === 0
        ? ''
        : `, and ${grouped(values.count)} more, of which others have ${uniquesText(jobs)} (${numbersText(values)})`
    return {
      jobs: numbers.count + values.count,
      title: `${counted(taken.count, 'parked job')} of ${queue} ${taken.count === 1 ? 'stays' : 'stay'} parked: other jobs of ${tableText(live)} have ${what} now (${numbersText(taken)})${also}`,
      next: `${taken === values ? 'Once those are done or changed, the same command brings them back.' : '--renumber brings them back under new numbers.'} They are whole in ${tableText(parked)}.`,
    }
  }
  const taken =
    watches || newestAtFirst === undefined
      ? 0
      : await waitingUpTo(session, jobs, queue, newestAtFirst, 'taken')
  if (taken > 0)
    return {
      jobs: taken,
      title: `${counted(taken, 'job')} of ${queue} ${taken === 1 ? 'waits still: a parked one has' : 'wait still: parked ones have'} the same number${jobs.uniques.length === 0 ? '' : `, or ${uniquesText(jobs)}`}`,
      next: 'Every job is on one side, and workers take these. Once they are done, `drip` brings back those like them.',
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
