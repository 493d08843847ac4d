/** Proves an archive again: every object is read whole, its rows are counted and hashed, and compared with its receipt. */

import { counted } from '../../base/counted.ts'
import { type ErrorData, errorDataOf, OpsError } from '../../base/errors.ts'
import { tableText } from '../../mysql/table-name.ts'
import type { Emit } from '../../run/events.ts'
import type { Interrupt } from '../../run/interrupt.ts'
import type { Store } from '../../store/store.ts'
import { readMark } from './archive-store.ts'
import { archivedChunks, lostError } from './chunks-of.ts'
import { readSaved } from './read-saved.ts'

export interface VerifyContext {
  readonly store: Store
  readonly emit: Emit
  readonly interrupt: Interrupt
}

/** Tells what is whole and what is not. @throws OpsError `failed` where anything is not, `input` where there is no archive. */
export async function verifyArchive({ store, emit, interrupt }: VerifyContext): Promise<void> {
  const mark = await existingMark(store)
  const { chunks, orphans, lost } = await archivedChunks(store, mark.table)
  const title = `verify ${store.url}`
  const begun = performance.now()
  const broken: ErrorData[] = []
  /** What is broken may hold the only copy of rows that were deleted. */
  let mayBeOnlyCopy = lost.length > 0
  const withRows = new Map<string, number>()
  let rows = 0
  let bytes = 0
  const ofRows = chunks.reduce((sum, { receipt }) => sum + receipt.rows, 0)
  for (const [index, chunk] of chunks.entries()) {
    const { name, receipt } = chunk
    if (interrupt.level !== 'none') {
      throw new OpsError({ code: 'interrupted', title: `${title} was stopped`, changed: 'no' })
    }
    try {
      await readSaved(store, chunk)
      rows += receipt.rows
      bytes += receipt.sizeBytes
      for (const each of receipt.with ?? []) {
        await readSaved(store, chunk, each)
        withRows.set(tableText(each.table), (withRows.get(tableText(each.table)) ?? 0) + each.rows)
        bytes += each.sizeBytes
      }
    } catch (thrown) {
      const error = errorDataOf(thrown)
      broken.push(error)
      mayBeOnlyCopy ||= receipt.deletes
      emit({ event: 'error', host: store.url, error: { ...error, title: `${name}: ${error.title}` } })
    }
    const seconds = Math.max(0.001, (performance.now() - begun) / 1000)
    const chunksDone = index + 1
    emit({
      event: 'progress',
      source: store.url,
      title,
      rows,
      ofRows,
      bytes,
      chunks: chunksDone,
      rowsPerSecond: Math.round(rows / seconds),
    })
  }
  for (const each of lost) {
    const error = lostError(each)
    broken.push(error)
    emit({ event: 'error', host: store.url, error })
  }
  const open = chunks.filter(({ receipt, done }) => receipt.deletes && !done)
  emit({
    event: 'job-end',
    job: 'archive verify',
    source: store.url,
    title: `verify the archive of ${tableText(mark.table)}`,
    status: broken.length > 0 ? 'failed' : 'ok',
    facts: [
      {
        name: 'whole',
        text: `${counted(rows, 'row')} in ${counted(chunks.length + lost.length - broken.length, 'chunk')}`,
      },
      ...[...withRows].map(([table, count]) => ({
        name: 'with them',
        text: `${counted(count, 'row')} of ${table}`,
      })),
      ...(broken.length === 0 ? [] : [{ name: 'broken', text: counted(broken.length, 'chunk') }]),
    ],
    notes: [
      ...(open.length === 0
        ? []
        : [
            `${counted(open.length, 'chunk is', 'chunks are')} saved, and the rows may still be in the table: run the archive again`,
          ]),
      ...(orphans.length === 0
        ? []
        : [
            `${counted(orphans.length, 'object')} without a receipt: a run was killed before it; nothing depends on that`,
          ]),
    ],
    data: {
      table: tableText(mark.table),
      rows,
      withRows: Object.fromEntries(withRows),
      bytes,
      chunks: chunks.length,
      lost: lost.length,
      broken: broken.length,
      unfinished: open.length,
      orphans: orphans.length,
    },
  })
  if (broken.length > 0) {
    throw new OpsError({
      code: 'failed',
      title: `${broken.length} of ${counted(chunks.length + lost.length, 'chunk')} in ${store.url} ${broken.length === 1 ? 'is not what its receipt says' : 'are not what their receipts say'}`,
      changed: 'no',
      next: mayBeOnlyCopy
        ? 'Bring those objects back from a version or a copy of the store: rows that were deleted for them are nowhere else.'
        : 'Bring those objects back from a version or a copy of the store. No row was deleted for them.',
    })
  }
}

/** @throws OpsError `input` where the place holds no archive. */
export async function existingMark(store: Store): Promise<NonNullable<Awaited<ReturnType<typeof readMark>>>> {
  const mark = await readMark(store, undefined)
  if (mark) return mark
  throw new OpsError({
    code: 'input',
    title: `there is no archive in ${store.url}`,
    changed: 'no',
    next: 'Name the place that `ops db archive ... --to` was given.',
  })
}
