/** What a dump says of its end: for people as facts, for programs as data. */
import { counted, grouped } from '../../base/counted.ts'
import { hasShape } from '../../mysql/columns.ts'
import { tableText } from '../../mysql/table-name.ts'
import type { JobEnd, JobFact } from '../../run/job-events.ts'
import { sizeText } from '../size-text.ts'
import { waitedFact } from '../waited-fact.ts'
import type { DumpOutcome } from './dump-outcome.ts'
import type { DumpPlan } from './plan.ts'
import { dumpTitle } from './plan-text.ts'

/** What is true when it failed. */
export function dumpSoFar({ saved }: DumpOutcome): string {
  const rows = saved.reduce((sum, each) => sum + each.rows, 0)
  return `Before that, ${counted(saved.length, 'day')} with ${counted(rows, 'row')} were saved and proved. The same command goes on from there.`
}

/** Whether rows of that day were dumped in another shape than the table has: an added column is in each of them. */
function wasAltered({ checks, shape }: DumpPlan, day: string): boolean {
  const receipt = checks.find(each => each.day === day)?.receipt
  return receipt !== undefined && !hasShape(shape.table, receipt.fingerprint)
}

export function dumpEnd(source: string, plan: DumpPlan, outcome: DumpOutcome): JobEnd {
  const { read, walk, saved, removedOrphans, pausedMs } = outcome
  const rows = saved.reduce((sum, each) => sum + each.rows, 0)
  const bytes = saved.reduce((sum, each) => sum + each.sizeBytes, 0)
  const rate = read.milliseconds > 0 ? Math.round((rows * 1000) / read.milliseconds) : 0
  const revised = saved.filter(each => each.before)
  const facts: JobFact[] = [
    {
      name: 'dumped',
      text: `${counted(rows, 'row')} in ${counted(saved.length, 'day')}, ${sizeText(bytes)} stored and read back, ${grouped(rate)} rows/s`,
    },
    {
      name: 'held',
      text: `longest snapshot ${Math.round(walk.longestSnapshotMs)} ms, longest statement ${Math.round(walk.longestStatementMs)} ms; no lock`,
    },
    ...(plan.request.recheck
      ? [
          {
            name: 'rechecked',
            text: `${counted(walk.checked, 'day')}, ${grouped(revised.length)} of them changed${walk.emptied.length === 0 ? '' : `, ${grouped(walk.emptied.length)} have no rows any more`}`,
          },
        ]
      : []),
    ...waitedFact(pausedMs, outcome.restedMs),
  ]
  return {
    job: 'dump',
    source,
    title: dumpTitle(plan.request),
    status: outcome.failure !== undefined ? 'failed' : read.isInterrupted ? 'interrupted' : 'ok',
    facts,
    notes: [
      ...revised.map(
        ({ day, revision, rows: now, before }) =>
          `${day} ${wasAltered(plan, day) ? 'is dumped again in the shape that an ALTER of the table gave its rows' : 'changed after it was closed'}: revision ${revision} has ${counted(now, 'row')}, ${grouped(before?.rows ?? 0)} were dumped before; both are kept`,
      ),
      ...outcome.hidden.map(
        day =>
          `${day} had been dumped with the same rows, and the listing of the store did not show it: that stays`,
      ),
      ...walk.emptied.map(day => `${day} has no rows any more: its dump stays`),
      ...(walk.restarts === 0
        ? []
        : [
            `the table was altered meanwhile: ${walk.restarts === 1 ? 'a day was' : `${walk.restarts} times a day was`} begun again`,
          ]),
      ...(removedOrphans === 0
        ? []
        : [`taken away: ${counted(removedOrphans, 'file')} without a receipt, of runs that were killed`]),
    ],
    data: {
      table: tableText(plan.shape.table),
      rows,
      days: saved.map(({ day, revision, rows: count, hash, object }) => ({
        day,
        revision,
        rows: count,
        hash,
        object,
      })),
      storedBytes: bytes,
      checkedDays: walk.checked,
      emptiedDays: walk.emptied,
      restarts: walk.restarts,
      milliseconds: Math.round(read.milliseconds),
      longestSnapshotMs: Math.round(walk.longestSnapshotMs),
      longestStatementMs: Math.round(walk.longestStatementMs),
      pausedMs,
    },
  }
}
