/** What an archive says of its plan: for people as facts and notes, for programs as data. */

import { counted, grouped } from '../../base/counted.ts'
import type { Governor } from '../../mysql/governor.ts'
import { tableText } from '../../mysql/table-name.ts'
import type { JobFact, JobPlan } from '../../run/job-events.ts'
import { withoutRests } from '../rests.ts'
import { shardText, shardTitle } from '../shard/shard.ts'
import { storeNotes, storeRemarks } from '../store-refusals.ts'
import { timestampsOf } from './condition.ts'
import { newestThatGoesText } from './numbers-again.ts'
import { plannedPartitions, stayingPartitions } from './partitions-text.ts'
import type { ArchivePlan, ArchiveRequest } from './plan.ts'
import { plannedTime, rowsAlong } from './planned-time.ts'
import { serverText } from './records.ts'
import { staysText } from './referrers.ts'
import { splitKey } from './split.ts'

/** As `archive app.events`. */
export function archiveTitle({ table, shard }: Pick<ArchiveRequest, 'table' | 'shard'>): string {
  return shardTitle(`archive ${tableText(table)}`, shard)
}

/** How times in the user's own condition are read, where it is not as for a client of the server. */
function zoneNotes({ resolved, state, table, children }: ArchivePlan): readonly string[] {
  const timestamps = timestampsOf([table, ...children.map(each => each.looked)])
  const isUtc = /^(?:(?:Etc\/)?(?:UTC|UCT|GMT|Universal|Zulu)|[+-]0?0:00)$/i.test(state.zone)
  if (resolved.condition.where === undefined || timestamps.length === 0 || isUtc) return []
  return [
    `times in --where are read in UTC, not in the server's zone (${state.zone}), as ${timestamps.join(', ')} is a TIMESTAMP: write CONVERT_TZ('2024-01-01', @@global.time_zone, '+00:00') for a moment and CONVERT_TZ(NOW(), '+00:00', @@global.time_zone) for the server's clock`,
  ]
}

/** Rows that are never old, as their time is none. */
function timelessRows({ resolved: { condition }, nulls, zeros }: ArchivePlan): readonly string[] {
  const { by, where } = condition
  if (nulls === undefined)
    return [
      `rows whose ${by} is NULL or a zero date stay, and were not counted: that is a read of the whole table`,
    ]
  const whose = where === undefined ? '' : ' (of all rows of the table, also of those that --where leaves)'
  const text = (count: number, what: string): string =>
    `${counted(count, 'row stays: its', 'rows stay: their')} ${by} is ${what}${whose}`
  return [
    ...(nulls > 0 ? [text(nulls, 'NULL')] : []),
    ...(zeros ? [text(zeros, 'a zero date, which says no time')] : []),
  ]
}

function shardFact({ request: { shard }, part }: ArchivePlan): readonly JobFact[] {
  if (!shard) return []
  const keys = part
    ? `the keys that ${splitKey(part.split.number)} gives it`
    : 'a part of the keys: the first shard that begins divides them'
  return [{ name: 'shard', text: `${shardText(shard)}: ${keys}; other runs take the others` }]
}

function alongText(rows: number | undefined): string {
  return rows === undefined ? '' : `: about ${grouped(rows)}, if each old row has as many as the others`
}

export function archivePlanEvent(
  source: string,
  plan: ArchivePlan,
  governor: Pick<Governor, 'notWatched' | 'notNamed'>,
  isOtherAtWork = false,
): JobPlan {
  const {
    request,
    table,
    resolved,
    rows,
    nulls,
    unfinished,
    order,
    key,
    state,
    findings,
    children,
    referrers,
  } = plan
  const { partitions } = plan
  const { condition } = resolved
  const left = unfinished.reduce((sum, each) => sum + each.rows, 0)
  const going = rows.count + left
  const facts: JobFact[] = [
    {
      name: 'rows',
      text: `${rows.isEstimate ? 'about ' : ''}${grouped(rows.count)} of about ${grouped(table.estimate.rows)}`,
    },
    ...shardFact(plan),
    {
      name: 'older than',
      text: `${condition.by} < ${condition.before} (${resolved.zone}); that is ${condition.beforeUtc} in UTC, ${resolved.inServerZone} on the server (${state.zone})`,
    },
    ...(condition.where === undefined ? [] : [{ name: 'and', text: condition.where }]),
    { name: 'key', text: `${key.columns.join(', ')} (${key.index}); walked by ${order.index}` },
    {
      name: 'time',
      text: `${plannedTime(plan, going)}${withoutRests(request.sleepCoefficient)}, in chunks of half a second; no row is locked longer than a batch of its delete`,
    },
    {
      name: 'then',
      text: request.deletes
        ? 'each chunk is deleted when it is read back and equal'
        : 'nothing is deleted (--no-delete)',
    },
    ...children.map(({ table: child, looked, link, constraint }) => ({
      name: 'with',
      text: `the rows of ${tableText(child)} that refer to them by ${link.map(({ column }) => column).join(', ')} (${constraint})${alongText(rowsAlong(table, looked, going))}`,
    })),
    ...plannedPartitions(partitions),
    ...(unfinished.length === 0
      ? []
      : [
          {
            name: 'first',
            text: `${counted(left, 'row')} in ${counted(unfinished.length, 'chunk')} that ${isOtherAtWork ? 'are not deleted yet: another run is at work on this table, and they may be its own' : 'an earlier run saved and did not delete'}`,
          },
        ]),
  ]
  return {
    job: 'archive',
    source,
    title: archiveTitle(request),
    facts,
    notes: [
      ...referrers.map(each => staysText(each, table)),
      ...(plan.newestGoes ? [newestThatGoesText(plan.newestGoes)] : []),
      ...zoneNotes(plan),
      ...resolved.otherModes.map(
        each =>
          `clients of the server have the sql_mode ${each}, which sessions of ops never have: compare the number of rows with what --where takes in a client`,
      ),
      ...(plan.namesServer
        ? []
        : [
            'archive.json does not say which server this place is of, as an older ops began it: no other server may use it',
          ]),
      ...(!plan.namesServer && plan.newest && plan.newest.server !== serverText(state)
        ? [
            `the newest rows there are of another server (${plan.newest.server}), this one is ${serverText(state)}: only right if it took over`,
          ]
        : []),
      ...(plan.newest && !request.deletes
        ? ['old rows that were saved before are saved once more: --no-delete leaves them in the table']
        : []),
      ...(order.isByColumn
        ? []
        : [
            `no index gives out rows by ${condition.by}: the whole table is read in the order of ${order.index}`,
          ]),
      ...stayingPartitions(partitions),
      ...storeNotes(findings),
      ...plan.contractWords.notes,
      ...governor.notWatched.map(what => `not watched: ${what}`),
    ],
    remarks: [
      ...timelessRows(plan),
      ...table.columns
        .filter(column => column.isGenerated)
        .map(column => `${column.name} is computed by the server and not saved`),
      ...storeRemarks(findings),
      ...plan.contractWords.remarks,
      ...governor.notNamed.map(what => `not watched: ${what}`),
    ],
    // A shard without rows still has to say that its part is done.
    isEmpty:
      request.shard === undefined &&
      rows.count === 0 &&
      unfinished.length === 0 &&
      partitions.empty.length === 0,
    data: {
      table: tableText(table),
      rows: rows.count,
      isEstimate: rows.isEstimate,
      condition,
      nulls: nulls ?? null,
      unfinished: unfinished.length,
      deletes: request.deletes,
      ...(request.shard && { shard: shardText(request.shard) }),
      key: key.columns,
      index: order.index,
      partitions: partitions.stay === undefined ? partitions.old : [],
    },
  }
}
