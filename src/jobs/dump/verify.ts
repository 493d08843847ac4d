/** Proves a dump again: the file of every day and revision is read whole, and its bytes, rows and schema are held against its receipt. */
import { performance } from 'node:perf_hooks'
import { counted } from '../../base/counted.ts'
import { type ErrorData, errorDataOf, OpsError } from '../../base/errors.ts'
import { sameRows } from '../../mysql/row-hash.ts'
import { tableText } from '../../mysql/table-name.ts'
import type { Emit } from '../../run/events.ts'
import type { Interrupt } from '../../run/interrupt.ts'
import type { Store } from '../../store/store.ts'
import { existingMark, listRevisions, readReceipt } from './dump-store.ts'
import { type DayName, type Mark, type Receipt, receiptKey } from './records.ts'
import { readDay } from './save-day.ts'

export interface VerifyContext {
  readonly store: Store
  readonly emit: Emit
  readonly interrupt: Interrupt
}

/** Tells what is whole and what is not. @throws OpsError `failed` where anything is not, `input` where there is no dump. */
export async function verifyDump({ store, emit, interrupt }: VerifyContext): Promise<void> {
  const mark = await existingMark(store)
  const { receipts, orphans } = await listRevisions(store)
  const title = `verify ${store.url}`
  const begun = performance.now()
  const whole = new Map<string, Receipt>()
  let broken = 0
  let rows = 0
  let bytes = 0
  const tell = (name: DayName, error: ErrorData): void => {
    broken += 1
    const told = `${name.day}, revision ${name.revision}: ${error.title}`
    emit({ event: 'error', host: store.url, error: { ...error, title: told } })
  }
  for (const [index, name] of receipts.entries()) {
    if (interrupt.level !== 'none')
      throw new OpsError({ code: 'interrupted', title: `${title} was stopped`, changed: 'no' })
    try {
      const receipt = await readReceipt(store, name)
      const problem = problemOf(name, receipt, mark, whole, receipts)
      if (problem !== undefined) throw brokenReceipt(store, name, problem)
      await readFile(store, receipt)
      whole.set(receiptKey(name), receipt)
      rows += receipt.rows
      bytes += receipt.sizeBytes
    } catch (thrown) {
      tell(name, errorDataOf(thrown))
    }
    const seconds = Math.max(0.001, (performance.now() - begun) / 1000)
    emit({
      event: 'progress',
      source: store.url,
      title,
      rows,
      bytes,
      chunks: index + 1,
      rowsPerSecond: Math.round(rows / seconds),
    })
  }
  const days = new Set(receipts.map(each => each.day)).size
  emit({
    event: 'job-end',
    job: 'dump verify',
    source: store.url,
    title: `verify the dump of ${tableText(mark.table)}`,
    status: broken > 0 ? 'failed' : 'ok',
    facts: [
      {
        name: 'whole',
        text: `${counted(rows, 'row')} in ${counted(whole.size, 'file')} of ${counted(days, 'day')}, revisions that were replaced too`,
      },
      ...(broken === 0 ? [] : [{ name: 'broken', text: counted(broken, 'file') }]),
    ],
    notes: [
      ...(orphans.length === 0
        ? []
        : [
            `${counted(orphans.length, 'file has', 'files have')} no receipt: a run was killed before it, or its receipt is gone`,
          ]),
      'a day of which file and receipt are both gone leaves no trace here: the next run dumps it, where the table has its rows still',
    ],
    data: {
      table: tableText(mark.table),
      rows,
      bytes,
      days,
      files: whole.size,
      broken,
      orphans: orphans.length,
    },
  })
  if (broken > 0)
    throw new OpsError({
      code: 'failed',
      title: `${broken} of ${counted(receipts.length, 'file')} in ${store.url} ${broken === 1 ? 'is not what its receipt says' : 'are not what their receipts say'}`,
      changed: 'no',
      next: 'Bring what is broken back from a version or a copy of the store. Where the table has the rows still, take file and receipt of that day away: the next run dumps it again.',
    })
}

/** What a receipt says of another place, day or revision than it stands for. */
function problemOf(
  { day, revision }: DayName,
  receipt: Receipt,
  mark: Mark,
  whole: ReadonlyMap<string, Receipt>,
  all: readonly DayName[],
): string | undefined {
  if (receipt.day !== day || receipt.revision !== revision)
    return `it is that of ${receipt.day}, revision ${receipt.revision}`
  if (tableText(receipt.table) !== tableText(mark.table)) return `it is of ${tableText(receipt.table)}`
  if (receipt.by !== mark.by || receipt.zone !== mark.zone)
    return `its days are those of ${receipt.by} in ${receipt.zone}`
  if (revision === 1) return undefined
  const earlier = { day, revision: revision - 1 }
  if (!all.some(each => each.day === day && each.revision === earlier.revision))
    return `there is none of revision ${earlier.revision} before it`
  const before = whole.get(receiptKey(earlier))
  if (before && receipt.before && !sameRows(before, receipt.before))
    return `revision ${earlier.revision} has ${before.rows} rows with hash ${before.hash}, and it says ${receipt.before.rows} with ${receipt.before.hash}`
  return undefined
}

async function readFile(store: Store, receipt: Receipt): Promise<void> {
  const { found, header } = await readDay(store, receipt.object, receipt)
  if (!sameRows(found, receipt))
    throw new OpsError({
      code: 'failed',
      title: `${store.url}/${receipt.object} holds other rows than its receipt says`,
      detail: `${found.rows} rows with hash ${found.hash}; the receipt says ${receipt.rows} with ${receipt.hash}.`,
      changed: 'no',
    })
  if (header?.fingerprint !== receipt.fingerprint || tableText(header.table) !== tableText(receipt.table))
    throw new OpsError({
      code: 'failed',
      title: `${store.url}/${receipt.object} says that its rows are of another table or schema than its receipt says`,
      changed: 'no',
    })
}

function brokenReceipt(store: Store, name: DayName, problem: string): OpsError {
  return new OpsError({
    code: 'failed',
    title: `${store.url}/${receiptKey(name)} is not the receipt that belongs there: ${problem}`,
    changed: 'no',
  })
}
