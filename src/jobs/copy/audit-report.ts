/** What an audit of a copy says: for people as facts, for programs as data. */

import { counted, grouped } from '../../base/counted.ts'
import type { Governor } from '../../mysql/governor.ts'
import { tableText } from '../../mysql/table-name.ts'
import { pgTableText } from '../../postgres/table-name.ts'
import type { JobEnd, JobFact, JobPlan } from '../../run/job-events.ts'
import type { Differences } from './compare.ts'
import type { CopyRequest } from './copy-request.ts'
import type { BothSides } from './plan.ts'

export interface Audited {
  readonly missing: number
  readonly changed: number
  /** Changed since the watermark: the next copy brings them. */
  readonly pending: number
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
  /** Whole rows that were read from the source. */
  readonly readRows: number
  readonly differences: Differences
  readonly milliseconds: number
  readonly repairs: boolean
}

export function auditPlanEvent(
  source: string,
  target: string,
  { as }: CopyRequest,
  { table, record }: BothSides,
  repairs: boolean,
  governor: Pick<Governor, 'notWatched'>,
): JobPlan {
  const facts: JobFact[] = [
    { name: 'with', text: `${pgTableText(as)} of ${target}` },
    {
      name: 'rows',
      text: `about ${grouped(table.estimate.rows)}, hashed by each server itself: one read of the whole table on both sides, without locks`,
    },
    ...(record?.watermark == null
      ? []
      : [
          {
            name: 'watermark',
            text: `${record.watermark} (${record.byColumn}); later changes are not counted`,
          },
        ]),
    {
      name: 'then',
      text: repairs ? 'rows that differ are mended, in one transaction' : 'nothing is changed',
    },
  ]
  return {
    job: 'copy audit',
    source,
    title: `audit ${tableText(table)}`,
    facts,
    notes: governor.notWatched.map(what => `not watched: ${what}`),
    data: {
      table: tableText(table),
      into: as,
      rows: table.estimate.rows,
      watermark: record?.watermark ?? null,
      repairs,
    },
  }
}

export function auditEnd(
  source: string,
  target: string,
  { as, deletes }: CopyRequest,
  { table, record }: BothSides,
  audited: Audited,
): JobEnd {
  const { missing, changed, pending, differences, readRows, repairs, milliseconds } = audited
  const { extra, listedRows, sourceRows, targetRows, leftOut } = differences
  const all = sourceRows + targetRows
  const read = listedRows + readRows
  const share = all === 0 ? 0 : (100 * read) / all
  const found = missing + changed + extra.length
  const facts: JobFact[] = [
    {
      name: 'rows',
      text: `${grouped(sourceRows)} in the source, ${grouped(targetRows)} in ${pgTableText(as)} of ${target}`,
    },
    {
      name: 'differ',
      text:
        found === 0
          ? 'none'
          : `${grouped(extra.length)} gone from the source, ${grouped(changed)} changed, ${grouped(missing)} missing in the target`,
    },
    {
      name: 'read',
      text: `${counted(read, 'row')} or their keys (${share.toFixed(2)} %), in ${(milliseconds / 1000).toFixed(1)} s; the rest was hashed where it lies`,
    },
    ...(repairs && found + pending > 0
      ? [
          {
            name: 'mended',
            text: `${grouped(audited.deleted)} ${deletes === 'soft' ? 'marked as deleted' : 'deleted'}, ${grouped(audited.updated)} changed, ${grouped(audited.inserted)} brought`,
          },
        ]
      : []),
  ]
  return {
    job: 'copy audit',
    source,
    title: `audit ${tableText(table)}`,
    status: repairs || found === 0 ? 'ok' : 'drift',
    facts,
    notes: [
      ...(pending === 0
        ? []
        : [
            `${counted(pending, 'row was', 'rows were')} changed since the watermark ${record?.watermark}: the next copy brings them`,
          ]),
      ...leftOut.map(column => `${column} was not compared: PostgreSQL rewrites JSON in its own way`),
      ...(found === 0 || repairs ? [] : ['--repair mends just these']),
    ],
    data: {
      table: tableText(table),
      into: as,
      sourceRows,
      targetRows,
      gone: extra.length,
      changed,
      missing,
      pending,
      readRows: read,
      deletedRows: audited.deleted,
      updatedRows: audited.updated,
      insertedRows: audited.inserted,
      notCompared: leftOut,
      milliseconds: Math.round(milliseconds),
    },
  }
}
