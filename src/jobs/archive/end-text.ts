/** What an archive says of its end, or of how far it came: for people as facts and notes, for programs as data. */

import { counted, grouped } from '../../base/counted.ts'
import { tableText } from '../../mysql/table-name.ts'
import type { JobEnd, JobFact } from '../../run/job-events.ts'
import { sizeText } from '../size-text.ts'
import { waitedFact } from '../waited-fact.ts'
import type { ArchiveOutcome } from './archive-outcome.ts'
import { droppedFacts, stayedNotes } from './partitions-text.ts'
import type { ArchivePlan } from './plan.ts'
import { archiveTitle } from './plan-text.ts'
import { sumOf } from './settle-deletes.ts'

/** What is true when it failed: `deleted` counts also those of a chunk that failed half-way. */
export function archiveSoFar({ saved, finished, totals }: ArchiveOutcome): string {
  const deleted = sumOf(totals, finished).deleted
  return `Before that, ${counted(saved.rows, 'row')} in ${counted(saved.chunks, 'chunk')} were saved, and ${counted(deleted, 'saved row')} deleted. The same command goes on from there.`
}

export function archiveEnd(source: string, plan: ArchivePlan, outcome: ArchiveOutcome): JobEnd {
  const { saved, totals, finished, storedBytes } = outcome
  const seconds = saved.milliseconds / 1000
  const rate = seconds > 0 ? Math.round(saved.rows / seconds) : 0
  const all = sumOf(totals, finished)
  const leftOut = [...outcome.leftOut.values()].reduce((sum, each) => sum + each, 0)
  const facts: JobFact[] = [
    {
      name: 'saved',
      text: `${counted(saved.rows, 'row')} in ${counted(saved.chunks, 'chunk')}, ${sizeText(storedBytes)} stored, ${grouped(rate)} rows/s`,
    },
    ...(plan.request.deletes
      ? [
          {
            name: 'deleted',
            text: `${counted(all.deleted, 'row')}${plan.children.map((child, index) => `, ${grouped(all.children[index] ?? 0)} of ${tableText(child.table)}`).join('')}; longest lock ${Math.round(outcome.longestLockMs)} ms`,
          },
        ]
      : []),
    ...droppedFacts(outcome.partitions),
    ...(finished.chunks === 0
      ? []
      : [{ name: 'finished', text: `${counted(finished.chunks, 'chunk')} of earlier runs` }]),
    ...waitedFact(outcome.pausedMs, outcome.restedMs),
  ]
  return {
    job: 'archive',
    source,
    title: archiveTitle(plan.request),
    status: outcome.failure !== undefined ? 'failed' : saved.isInterrupted ? 'interrupted' : 'ok',
    facts,
    notes: [
      ...staying(all.stayed, 'they were changed after they were saved'),
      ...(all.reshaped === 0
        ? []
        : [
            `the table was altered after an earlier run saved ${counted(all.reshaped, 'row')} that it did not delete: a run saves them anew, as they are now, before it deletes them`,
          ]),
      ...staying(all.locked, 'other transactions held them; the next run looks at them again'),
      ...[...outcome.leftOut].flatMap(([why, rows]) => staying(rows, why)),
      ...staying(all.referred, 'rows of other tables refer to them'),
      ...staying(all.unsaved, 'rows that refer to them were added or changed after they were saved'),
      ...stayedNotes(outcome.partitions),
      ...(all.gone === 0 ? [] : [`${counted(all.gone, 'saved row was', 'saved rows were')} gone already`]),
      ...(outcome.removedOrphans === 0
        ? []
        : [
            `taken away: ${counted(outcome.removedOrphans, 'object')} without a receipt, of runs that were killed: their rows had not been deleted`,
          ]),
    ],
    data: {
      table: tableText(plan.table),
      savedRows: saved.rows,
      chunks: saved.chunks,
      storedBytes,
      deletedRows: all.deleted,
      reshapedRows: all.reshaped,
      stayedRows: {
        changed: all.stayed,
        locked: all.locked,
        referred: all.referred + leftOut,
        unsaved: all.unsaved,
      },
      withRows: Object.fromEntries(
        plan.children.map((child, index) => [tableText(child.table), all.children[index] ?? 0]),
      ),
      droppedPartitions: outcome.partitions.dropped,
      goneRows: all.gone,
      finishedChunks: finished.chunks,
      milliseconds: Math.round(saved.milliseconds),
      longestLockMs: Math.round(outcome.longestLockMs),
      pausedMs: outcome.pausedMs,
    },
  }
}

function staying(rows: number, why: string): readonly string[] {
  return rows === 0 ? [] : [`${counted(rows, 'row stays', 'rows stay')}: ${why}`]
}
