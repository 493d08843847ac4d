/** What a copy says of its plan and of its end: for people as facts, for programs as data. */

import { counted, grouped } from '../../base/counted.ts'
import { hasShape } from '../../mysql/columns.ts'
import type { Governor } from '../../mysql/governor.ts'
import { tableText } from '../../mysql/table-name.ts'
import { deletedAtColumn } from '../../postgres/create-table.ts'
import { pgTableText } from '../../postgres/table-name.ts'
import type { JobEnd, JobFact, JobPlan } from '../../run/job-events.ts'
import { withoutRests } from '../rests.ts'
import { waitedFact } from '../waited-fact.ts'
import type { CopyOutcome } from './copy-outcome.ts'
import { followerNotes } from './followers.ts'
import { lossText } from './losses.ts'
import type { CopyPlan } from './plan.ts'
import { leavingNotes } from './shrink.ts'

/** Rows a second that a copy reaches on a small server; only for the time in the plan. */
const usualRate = 60_000

export function copyPlanEvent(
  source: string,
  target: string,
  plan: CopyPlan,
  governor: Pick<Governor, 'notWatched'>,
): JobPlan {
  const { request, table, key, mode, rows, nulls, losses, safe, record, place, order } = plan
  const { by, deletes, as } = request
  const seconds = Math.ceil(rows.count / usualRate)
  const facts: JobFact[] = [
    {
      name: 'into',
      text: `${pgTableText(as)} of ${target}${place.table ? '' : place.hasSchema ? ', which is made' : ', which is made with its schema'}`,
    },
    { name: 'rows', text: `${rows.isEstimate ? 'about ' : ''}${grouped(rows.count)}: ${modeText(plan)}` },
    ...(safe === undefined
      ? []
      : [
          {
            name: 'watermark',
            text: `${record?.watermark == null || mode !== 'delta' ? '' : `${record.watermark}, then `}${safe.watermark} (${by}); the next run reads from there on`,
          },
        ]),
    { name: 'key', text: `${key.columns.join(', ')} (${key.index}); walked by ${order.index}` },
    {
      name: 'time',
      text: `about ${seconds < 90 ? `${Math.max(1, seconds)} s` : `${Math.ceil(seconds / 60)} min`}${withoutRests(plan.request.sleepCoefficient)}, in chunks of half a second; no row of the source is locked, and no snapshot outlives a chunk`,
    },
    { name: 'then', text: 'one transaction of the target brings the rows and the watermark, or nothing' },
    ...plan.makes,
  ]
  return {
    job: 'copy',
    source,
    title: `copy ${tableText(table)}`,
    facts,
    notes: [
      ...losses.map(each => `lost: ${lossText(each)}`),
      ...(by === undefined ? ['without --by each run copies the whole table'] : []),
      ...(nulls === 0
        ? []
        : [
            `${counted(nulls, 'row has', 'rows have')} no ${by}: what changes in them is seen by \`ops db copy audit\` alone`,
          ]),
      ...leavingNotes(plan),
      ...(record && !hasShape(table, record.fingerprint)
        ? [
            'the columns of the source changed since the last copy: `ops db copy audit` finds rows that this changed, as they have no new stamp',
            ...leftBehind(plan),
          ]
        : []),
      ...(order.isByColumn || mode !== 'delta'
        ? []
        : [`no index gives out rows by ${by}: the whole table is read in the order of ${order.index}`]),
      ...triggerNotes(plan),
      ...followerNotes(plan),
      ...(safe?.notes ?? []),
      ...plan.contractWords.notes,
      ...governor.notWatched.map(what => `not watched: ${what}`),
    ],
    remarks: plan.contractWords.remarks,
    isEmpty: mode === 'delta' && rows.count === 0 && deletes === 'off',
    data: {
      table: tableText(table),
      into: as,
      mode,
      rows: rows.count,
      isEstimate: rows.isEstimate,
      by: by ?? null,
      from: mode === 'delta' ? (record?.watermark ?? null) : null,
      watermark: safe?.watermark ?? null,
      nulls,
      losses,
      deletes,
      leaving: plan.leaving ?? null,
      key: key.columns,
      index: order.index,
    },
  }
}

/** Columns that a target has of its own, or of a source that has them no more. */
function leftBehind({ place, columns, request }: CopyPlan): readonly string[] {
  const own = (place.table?.columns ?? [])
    .map(each => each.name)
    .filter(name => name !== deletedAtColumn.name && !columns.some(({ target }) => target.name === name))
  return own.length === 0
    ? []
    : [`not in the source, so they stay as they are in ${pgTableText(request.as)}: ${own.join(', ')}`]
}

function triggerNotes({ place, request }: CopyPlan): readonly string[] {
  const triggers = place.table?.triggers ?? []
  return triggers.length === 0
    ? []
    : [
        `triggers of ${pgTableText(request.as)} fire: ${triggers.join(', ')}; what they change of the source's columns in rows that the run writes ends it, and in other rows it is found by \`ops db copy audit\` alone`,
      ]
}

function modeText({ mode, request, from }: CopyPlan): string {
  if (mode === 'delta') return `those with ${request.by} from ${from} on`
  return mode === 'new' ? 'the whole table' : 'the whole table, over the rows that are there'
}

export function copyEnd(source: string, target: string, plan: CopyPlan, outcome: CopyOutcome): JobEnd {
  const { read, written, losses, milliseconds, pausedMs } = outcome
  const { request, safe, table } = plan
  const rate = Math.round(read.rows / Math.max(0.001, milliseconds / 1000))
  const facts: JobFact[] = [
    {
      name: 'read',
      text: `${counted(read.rows, 'row')}, ${(read.bytes / 1_000_000).toFixed(1)} MB, ${grouped(rate)} rows/s`,
    },
    {
      name: 'written',
      text: `${grouped(written.inserted)} new, ${grouped(written.updated)} changed, ${grouped(written.unchanged)} as they were${written.deleted === 0 ? '' : `, ${grouped(written.deleted)} ${request.deletes === 'soft' ? 'marked as deleted' : 'deleted'}`}`,
    },
    { name: 'into', text: `${pgTableText(request.as)} of ${target}` },
    ...(safe ? [{ name: 'watermark', text: `${safe.watermark} (${request.by})` }] : []),
    ...waitedFact(pausedMs, outcome.restedMs),
  ]
  return {
    job: 'copy',
    source,
    title: `copy ${tableText(table)}`,
    status: 'ok',
    facts,
    notes: losses.map(each => `lost: ${lossText(each)}`),
    data: {
      table: tableText(table),
      into: request.as,
      mode: plan.mode,
      readRows: read.rows,
      readBytes: read.bytes,
      ...written,
      watermark: safe?.watermark ?? null,
      losses,
      milliseconds: Math.round(milliseconds),
      pausedMs,
    },
  }
}
