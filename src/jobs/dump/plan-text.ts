/** What a dump says of its plan: for people as facts, for programs as data. */

import { counted, grouped } from '../../base/counted.ts'
import { hasShape } from '../../mysql/columns.ts'
import type { Governor } from '../../mysql/governor.ts'
import { tableText } from '../../mysql/table-name.ts'
import type { JobFact, JobPlan } from '../../run/job-events.ts'
import { withoutRests } from '../rests.ts'
import { shardText, shardTitle } from '../shard/shard.ts'
import { sizeText } from '../size-text.ts'
import { storeNotes, storeRemarks } from '../store-refusals.ts'
import type { NewDay } from './find-days.ts'
import { type DumpPlan, type DumpRequest, mostDayless } from './plan.ts'

/** Rows a second that a dump reaches on a small server; only for the times in the plan. */
const usualRate = 100_000

/** As `dump app.events`. */
export function dumpTitle({ table, shard }: Pick<DumpRequest, 'table' | 'shard'>): string {
  return shardTitle(`dump ${tableText(table)}`, shard)
}

export function dumpPlanEvent(
  source: string,
  plan: DumpPlan,
  governor: Pick<Governor, 'notWatched'>,
): JobPlan {
  const { request, shape, newDays, checks, names, until, state } = plan
  const { table, order } = shape
  const isCounted = newDays.every(({ rows }) => rows !== undefined)
  const rows = newDays.reduce((sum, day) => sum + (day.rows ?? 0), 0)
  const facts: JobFact[] = [
    { name: 'new', text: newText(plan) },
    ...(request.shard
      ? [
          {
            name: 'shard',
            text: `${shardText(request.shard)}: of each ${request.shard.of} days one, by its number; other runs dump the others`,
          },
        ]
      : []),
    ...bordersFact(plan),
    {
      name: 'closed',
      text: `before ${until} (${request.zone}), ${request.closeAfter.count}${request.closeAfter.unit} after a day ended`,
    },
    { name: 'there', text: `${counted(names.days.size, 'day')} in ${counted(names.revisions, 'file')}` },
    ...(request.recheck
      ? [
          {
            name: 'recheck',
            text: `${counted(checks.length, 'day is', 'days are')} compared with what was dumped, one aggregate each`,
          },
        ]
      : []),
    {
      name: 'read',
      text: `by ${order.index}${newDays.some(({ keys }) => keys) ? ' (a short day whose rows lie together by its key)' : ''}, in statements that aim at 25 ms: an ALTER waits for one of them at most, and the end tells the longest`,
    },
    ...snapshotFact(plan),
  ]
  return {
    job: 'dump',
    source,
    title: dumpTitle(request),
    facts,
    notes: [
      ...planNotes(plan),
      ...plan.contractWords.notes,
      ...governor.notWatched.map(what => `not watched: ${what}`),
    ],
    remarks: [
      ...table.columns
        .filter(column => column.isGenerated)
        .map(column => `${column.name} is computed by the server and not dumped`),
      ...storeRemarks(plan.findings),
      ...plan.contractWords.remarks,
    ],
    isEmpty: readsNothing(plan) && plan.gone.length === 0,
    data: {
      table: tableText(table),
      by: request.by,
      zone: request.zone,
      until,
      reads: plan.reads,
      days: newDays.map(({ day, startsAt, endsAt, rows }) => ({
        day,
        fromUtc: startsAt.toISOString(),
        toUtc: endsAt.toISOString(),
        rows: rows ?? null,
      })),
      rows: isCounted ? rows : null,
      dumpedDays: names.days.size,
      recheckDays: checks.length,
      daysWithoutFile: plan.gone.map(({ day }) => day),
      ...(request.shard && { shard: shardText(request.shard) }),
      dayless: plan.dayless ?? null,
      heldBy: plan.holding ? plan.holding.connection : null,
      serverZone: state.zone,
      index: order.index,
    },
  }
}

/** Neither new days nor such as are looked at again. */
export function readsNothing({ reads, newDays, checks }: DumpPlan): boolean {
  return reads === 'days' && newDays.length === 0 && checks.length === 0
}

/** As `the file of 2026-03-01 is gone, and its receipt is there`; undefined where no file is gone. */
export function goneText({ gone }: Pick<DumpPlan, 'gone'>): string | undefined {
  const [first] = gone
  if (!first) return undefined
  if (gone.length === 1) return `the file of ${first.day} is gone, and its receipt is there`
  const more = gone.length > mostNamed ? ` and ${grouped(gone.length - mostNamed)} more` : ''
  const named = gone.slice(0, mostNamed).map(({ day }) => day)
  return `the files of ${grouped(gone.length)} days are gone, and their receipts are there: ${named.join(', ')}${more}`
}

const mostNamed = 10

function newText({ reads, newDays, shape, request }: DumpPlan): string {
  const { rows: about, dataBytes } = shape.table.estimate
  if (reads === 'scan')
    return `days are found while the whole table is read, about ${counted(about, 'row')} and ${sizeText(dataBytes)}: no index begins with ${request.by}`
  if (newDays.length === 0) return 'no day'
  const { rows, isCounted } = rowsOf(newDays)
  if (rows === undefined) return daysText(newDays)
  return `${daysText(newDays)}, ${isCounted ? '' : 'about '}${rowsText(rows)}`
}

/** Undefined: not known of each day. */
export function rowsOf(days: readonly NewDay[]): {
  readonly rows: number | undefined
  readonly isCounted: boolean
} {
  const counts = days.map(day => day.rows ?? day.about)
  const known = counts.filter(count => count !== undefined)
  return {
    rows: known.length < days.length ? undefined : known.reduce((sum, count) => sum + count, 0),
    isCounted: days.every(day => day.rows !== undefined),
  }
}

function snapshotFact({ reads, newDays, shape, request }: DumpPlan): JobFact[] {
  const name = 'snapshot'
  if (reads === 'scan')
    return [
      {
        name,
        text: `one for the whole table, about ${secondsText(shape.table.estimate.rows / usualRate)}${withoutRests(request.sleepCoefficient)}`,
      },
    ]
  if (newDays.length === 0) return []
  const largest = Math.max(...newDays.map(day => day.rows ?? day.about ?? 0))
  if (largest === 0) return [{ name, text: 'one a day' }]
  const time = secondsText(largest / usualRate)
  return [
    {
      name,
      text: `one a day; the longest of about ${rowsText(largest)}, about ${time}${withoutRests(request.sleepCoefficient)}`,
    },
  ]
}

function daysText(days: readonly { readonly day: string }[]): string {
  const [first, last] = [days[0]?.day, days.at(-1)?.day]
  return days.length === 1 ? `the day ${first}` : `${counted(days.length, 'day')}, ${first} to ${last}`
}

function bordersFact({ newDays, inServerZone, state, request, kind }: DumpPlan): JobFact[] {
  const [first, last] = [newDays[0], newDays.at(-1)]
  if (!first || !last) return []
  const shown = [first.startsAt, last.endsAt].map(
    (moment, index) => `${moment.toISOString().replace('.000Z', 'Z')} (${inServerZone[index]})`,
  )
  const compared = kind === 'timestamp' ? 'in UTC' : `as clocks of ${request.zone} show it`
  return [
    { name: 'from', text: `${request.by} >= ${first.from} and < ${last.to} (${compared})` },
    { name: 'borders', text: `${shown.join(' to ')} in UTC (and on the server, ${state.zone})` },
  ]
}

function planNotes(plan: DumpPlan): string[] {
  const { shape, holding, oldest, replica, dayless, request, newest, findings } = plan
  const gone = goneText(plan)
  return [
    ...(gone === undefined ? [] : [gone]),
    ...(holding
      ? [
          `days from ${plan.until} on are not closed: a transaction of connection ${holding.connection} is open since ${holding.since.toISOString()}`,
        ]
      : []),
    ...(oldest === 'unseen'
      ? ['not watched: open transactions (needs the right PROCESS); late rows are found by --recheck alone']
      : []),
    ...(typeof replica === 'object'
      ? [
          `this server is a replica, ${grouped(replica.secondsBehind)} s behind: transactions that are open on its source are not seen`,
        ]
      : []),
    ...(replica === 'unseen' ? ['not watched: whether this server is a replica'] : []),
    ...(dayless === undefined
      ? [`rows whose ${request.by} is NULL are in no day, and were not counted`]
      : []),
    ...(dayless === undefined || dayless === 0
      ? []
      : [
          `${dayless < mostDayless ? '' : 'at least '}${counted(dayless, 'row is in no day and is left out: its', 'rows are in no day and are left out: their')} ${request.by} is NULL or zero`,
        ]),
    ...(shape.table.columns.some(each => each.name === request.by && /on update/i.test(each.extra))
      ? [
          `a row that changes goes to another day, as ${request.by} is ON UPDATE: the dump of its earlier day keeps its earlier form`,
        ]
      : []),
    ...(newest && !hasShape(shape.table, newest.fingerprint)
      ? [`the table was altered since ${newest.day} was dumped: new files have its new columns`]
      : []),
    ...(shape.table.kind === 'SYSTEM VERSIONED'
      ? ['the history of its rows is not dumped: a day holds them as they are when it is read']
      : []),
    ...storeNotes(findings),
  ]
}

const rowsText = (rows: number): string => counted(rows, 'row')

function secondsText(seconds: number): string {
  return seconds < 1
    ? '1 s or less'
    : seconds < 90
      ? `${Math.ceil(seconds)} s`
      : `${Math.ceil(seconds / 60)} min`
}
