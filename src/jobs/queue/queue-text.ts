/** What moves of jobs say of their plan, their end and the state of a queue. */

import { counted, grouped } from '../../base/counted.ts'
import type { Governor } from '../../mysql/governor.ts'
import { tableText } from '../../mysql/table-name.ts'
import type { HostStatus } from '../../run/host-status.ts'
import type { JobEnd, JobFact, JobPlan } from '../../run/job-events.ts'
import { waitedFact } from '../waited-fact.ts'
import type { QueueCounts } from './counts.ts'
import type { JobTable } from './job-table.ts'
import type { Direction } from './move-batch.ts'
import type { QueueOutcome, QueueRequest } from './queue-request.ts'
import { numbersText, type Taken } from './taken-numbers.ts'

export function queuePlan(
  source: string,
  direction: Direction,
  request: QueueRequest,
  jobs: JobTable,
  counts: QueueCounts,
  taken: Taken,
  makes: readonly JobFact[],
  governor: Pick<Governor, 'notWatched' | 'notNamed'>,
  others?: readonly string[],
): JobPlan {
  const canCome = counts.parked - taken.values.count - (request.renumbers ? 0 : taken.numbers.count)
  const limit = `${request.lockUnderMs / 1000} s`
  const facts: JobFact[] = [
    ...countFacts(counts),
    direction === 'park'
      ? {
          name: 'moves',
          text: `${grouped(counts.waiting)} that wait, the newest first, into ${tableText(jobs.parked)}`,
        }
      : {
          name: 'moves',
          text: `${grouped(Math.min(request.batch, canCome))} back, those first that workers would take first, while fewer than ${grouped(request.whenBelow)} wait${request.watches ? '; until none is parked' : '; one batch, and then it ends'}`,
        },
    {
      name: 'at once',
      text: `up to ${grouped(request.batch)}, fewer when workers wait: none of their UPDATEs is to take ${limit}`,
    },
    ...makes,
  ]
  return {
    job: `queue ${direction}`,
    source,
    title: queueTitle(direction, request),
    facts,
    notes: [
      ...othersNote(request, others),
      ...(direction === 'park' && counts.held + counts.failed > 0
        ? ['jobs that a worker holds, and those that failed for good, stay where they are']
        : takenNotes(request, jobs, taken)),
      ...jobs.unseen,
      ...governor.notWatched.map(each => `not watched: ${each}`),
    ],
    remarks: governor.notNamed.map(each => `not watched: ${each}`),
    data: {
      table: tableText(request.table),
      queue: request.queue,
      ...counts,
      takenNumbers: { jobs: taken.numbers.count, first: taken.numbers.numbers },
      takenValues: { jobs: taken.values.count, first: taken.values.numbers },
    },
    isEmpty: !request.watches && (direction === 'park' ? counts.waiting : counts.parked) === 0,
  }
}

/** `others`: the queues that have jobs, where this one has none. */
function othersNote(
  { queue, table }: QueueRequest,
  others: readonly string[] | undefined,
): readonly string[] {
  if (others === undefined) return []
  const names = others.map(each => each || "'' (no name)").join(', ')
  return [
    `${tableText(table)} has no job of ${queue || 'no queue'} now${others.length === 0 ? ', nor of any other queue' : `; queues that have jobs: ${names}${others.length < 10 ? '' : ', ...'}`}`,
  ]
}

function takenNotes({ renumbers }: QueueRequest, jobs: JobTable, taken: Taken): readonly string[] {
  const { numbers, values } = taken
  const live = tableText(jobs.live)
  const notes: string[] = []
  if (values.count > 0)
    notes.push(
      `${counted(values.count, 'parked job stays', 'parked jobs stay')} parked (${numbersText(values)}): other jobs of ${live} have ${uniquesText(jobs)} of them now`,
    )
  if (numbers.count > 0)
    notes.push(
      `${counted(numbers.count, 'parked job has a number', 'parked jobs have numbers')} that other jobs of ${live} have now (${numbersText(numbers)}): ${renumbers ? 'they come back under new numbers, and count as come since' : 'they stay parked; --renumber brings them back under new numbers'}`,
    )
  return notes
}

/** What only one job may have. */
export function uniquesText({ uniques }: JobTable): string {
  return `the ${uniques.map(each => each.join(' and ')).join(' or the ')}`
}

export function queueEnd(
  source: string,
  direction: Direction,
  request: QueueRequest,
  outcome: QueueOutcome,
  status: HostStatus,
): JobEnd {
  const {
    moved,
    moves,
    milliseconds,
    longestMoveMs,
    longestReserveMs,
    brokenOff,
    pausedMs,
    notWatched,
    counts,
  } = outcome
  const cameMeanwhile = counts.waiting - (outcome.left?.jobs ?? 0)
  const rate = Math.round(moved / Math.max(0.001, milliseconds / 1000))
  return {
    job: `queue ${direction}`,
    source,
    title: queueTitle(direction, request),
    status,
    facts: [
      {
        name: direction === 'park' ? 'parked' : 'back',
        text: `${counted(moved, 'job')} in ${counted(moves, 'move')}, ${grouped(rate)} a second; counts equal on both sides`,
      },
      {
        name: 'longest',
        text: `UPDATE of a worker ${notWatched === undefined ? `${Math.round(longestReserveMs)} ms` : 'not seen'}, move ${Math.round(longestMoveMs)} ms`,
      },
      ...waitedFact(pausedMs, 0, 'replicas'),
      ...countFacts(counts),
    ],
    notes: [
      ...(notWatched === undefined ? [] : [`not watched: ${notWatched}`]),
      ...(brokenOff === 0
        ? []
        : [`${counted(brokenOff, 'move was', 'moves were')} broken off, as a worker waited for them`]),
      ...(outcome.left ? [outcome.left.title] : []),
      ...(direction === 'drip' && !request.watches && !outcome.left && counts.parked > 0
        ? [stillParked(request, outcome)]
        : []),
      ...(direction === 'park' && cameMeanwhile > 0
        ? [
            status === 'ok' || outcome.left
              ? `${counted(cameMeanwhile, 'job waits still: it', 'jobs wait still: they')} came meanwhile; the same command parks them`
              : `${counted(cameMeanwhile, 'job waits', 'jobs wait')} still`,
          ]
        : []),
    ],
    data: {
      table: tableText(request.table),
      queue: request.queue,
      moved,
      moves,
      milliseconds: Math.round(milliseconds),
      longestMoveMs: Math.round(longestMoveMs),
      longestReserveMs: notWatched === undefined ? Math.round(longestReserveMs) : null,
      brokenOff,
      pausedMs: Math.round(pausedMs),
      left: outcome.left?.jobs ?? 0,
      ...counts,
    },
  }
}

function stillParked({ whenBelow }: QueueRequest, { moved, counts }: QueueOutcome): string {
  const still = `${counted(counts.parked, 'job is', 'jobs are')} still parked`
  return moved === 0 && counts.waiting >= whenBelow
    ? `${still}, and none came back, as ${grouped(counts.waiting)} wait: run it again once fewer than ${grouped(whenBelow)} do, or with --watch`
    : `${still}: the same command brings back the next batch once fewer than ${grouped(whenBelow)} wait, and --watch goes on until none is`
}

export function queueStatusEvent(
  source: string,
  request: QueueRequest,
  { parked }: JobTable,
  counts: QueueCounts,
  others?: readonly string[],
): JobPlan {
  return {
    job: 'queue status',
    source,
    title: `queue ${request.queue || '(no name)'} of ${tableText(request.table)}`,
    facts: countFacts(counts),
    notes: [
      ...othersNote(request, others),
      ...(counts.parked > 0 ? [`parked jobs are in ${tableText(parked)}, where no worker looks`] : []),
    ],
    data: { table: tableText(request.table), queue: request.queue, ...counts },
  }
}

function countFacts({ waiting, held, failed, parked, since }: QueueCounts): readonly JobFact[] {
  const failing = failed === 0 ? '' : `, ${grouped(failed)} failed for good`
  return [
    {
      name: 'live',
      text: `${grouped(waiting + held + failed)}: ${grouped(waiting)} wait, ${grouped(held)} are held by workers${failing}`,
    },
    { name: 'parked', text: grouped(parked) },
    ...(since
      ? [
          {
            name: 'in all',
            text: `${grouped(since.jobs)} up to number ${since.upTo}, the newest when parking began = ${grouped(since.live)} live + ${grouped(since.parked)} parked + ${grouped(since.done)} done at least; ${grouped(since.later)} newer`,
          },
          ...(since.jobs === since.counted
            ? []
            : [
                {
                  name: 'but',
                  text: `${grouped(since.counted)} were counted then: ${grouped(since.jobs - since.counted)} or more came since with such numbers, and as many more may be done`,
                },
              ]),
          {
            name: 'moved',
            text: `${grouped(since.wereParked)} parked - ${grouped(since.wereDripped)} brought back = ${grouped(parked)}`,
          },
        ]
      : []),
  ]
}

/** What a run is called. */
export const queueTitle = (direction: Direction, { queue, table }: QueueRequest): string =>
  `${direction === 'park' ? 'park' : 'drip'} ${queue || 'jobs without a queue'} of ${tableText(table)}`
