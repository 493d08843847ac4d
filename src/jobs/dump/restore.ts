/** Restores a dump, or one day of it, into an empty or absent table: day by day, so that it can be killed and run again. */
import { counted, grouped } from '../../base/counted.ts'
import { inputError, OpsError } from '../../base/errors.ts'
import type { Table } from '../../mysql/catalog.ts'
import { startGovernor } from '../../mysql/governor.ts'
import { readGrants } from '../../mysql/grants.ts'
import { serverState } from '../../mysql/server-state.ts'
import type { Session } from '../../mysql/session.ts'
import { sql } from '../../mysql/sql.ts'
import { type TableName, tableSql, tableText } from '../../mysql/table-name.ts'
import { unseenTriggers } from '../../mysql/triggers.ts'
import { mapLimited } from '../../run/each-limited.ts'
import type { JobPlan } from '../../run/job-events.ts'
import type { Store } from '../../store/store.ts'
import { isStoreError } from '../../store/store-error.ts'
import type { JobContext } from '../job-context.ts'
import { holdingTargets } from '../rows/hold-targets.ts'
import { checkMakeable } from '../rows/makeable.ts'
import { restoreApart, savedInShape } from '../rows/shapes.ts'
import { engineNotes } from '../rows/takes-nothing-back.ts'
import { checkColumns, existingTable, foreignKeysOf, makeTable, triggerNotes } from '../rows/target-table.ts'
import { interruptedError, partlyDone, runChunks } from '../run.ts'
import { existingMark, listDump, readAtOnce, readReceipt } from './dump-store.ts'
import { type DayName, type Receipt, receiptKey } from './records.ts'
import { dayThere, restoreDay } from './restore-day.ts'

export interface RestoreRequest {
  /** Undefined: all days. */
  readonly day: string | undefined
  /** Days that were dumped in this shape of the table alone: the beginning of its fingerprint. */
  readonly shape: string | undefined
  /** Undefined: the table that was dumped. */
  readonly into: TableName | undefined
}

export interface RestoreContext extends JobContext {
  readonly store: Store
}

/** Answers whether it ran. @throws OpsError `locked` where another run restores into that table. */
export async function restoreDump(
  { day, shape, into }: RestoreRequest,
  context: RestoreContext,
): Promise<boolean> {
  const mark = await existingMark(context.store)
  const target = into ?? mark.table
  return holdingTargets(context.server, [target], stillLocked =>
    restoreDays(target, { day, shape }, context, stillLocked),
  )
}

async function restoreDays(
  target: TableName,
  { day, shape }: Pick<RestoreRequest, 'day' | 'shape'>,
  { server, store, emit, interrupt, confirm, plansOnly }: RestoreContext,
  stillLocked: () => Promise<void>,
): Promise<boolean> {
  const title = `restore ${tableText(target)}`
  const all = await newestReceipts(store, day)
  const receipts = savedInShape(all, each => each, { shape, url: store.url })
  const wanted = day === undefined ? receipts : receipts.filter(each => each.day === day)
  const newest = wanted.at(-1)
  if (!newest) throw noSuchDay(store, day, receipts)
  const session = await server.session()
  const found = await existingTable(session, target)
  const made = widestOf(wanted) ?? newest
  const shapes = shapesOf(wanted)
  const grants = await readGrants(session)
  const apart = restoreApart({ command: ['restore', server.name, store.url], target, shapes })
  checkColumns(tableText(target), found, { shapes, made, saved: 'dumped', apart })
  if (!found) await checkMakeable(session, target, made.createTable)
  const there = found ? await daysThere(session, found, receipts) : new Set<string>()
  const todo = wanted.filter(each => !there.has(each.day))
  const rows = todo.reduce((sum, each) => sum + each.rows, 0)
  const present = wanted.length - todo.length
  const governor = await startGovernor(server, { watchesReplicas: true })
  const plan: JobPlan = {
    job: 'restore',
    source: server.name,
    title,
    facts: [
      { name: 'rows', text: `${grouped(rows)} of ${daysText(todo)} in ${store.url}` },
      {
        name: 'into',
        text: found
          ? `${tableText(target)}${there.size === 0 ? ', which is empty' : ', which holds days of this dump'}`
          : `${tableText(target)}, which is made as it was when ${made.day} was dumped`,
      },
      ...(present === 0 ? [] : [{ name: 'there', text: `${counted(present, 'day')}, equal to the dump` }]),
    ],
    notes: [
      ...revisionNotes(todo),
      ...engineNotes(found ?? made),
      ...(found ? [...triggerNotes(found), ...unseenTriggers(grants, found)] : []),
      ...(found ? [] : foreignKeysOf(made)).map(each => `the table is made without its foreign key: ${each}`),
      ...governor.notWatched.map(what => `not watched: ${what}`),
    ],
    remarks: governor.notNamed.map(what => `not watched: ${what}`),
    isEmpty: todo.length === 0,
    data: {
      into: tableText(target),
      rows,
      days: todo.map(each => each.day),
      presentDays: present,
      makesTable: !found,
    },
  }
  emit({ event: 'job-plan', ...plan })
  if (plansOnly || plan.isEmpty) return plan.isEmpty === true && !plansOnly
  if (confirm && !(await confirm(plan))) return false
  if (!found) await makeTable(session, target, made, 'dump')
  const table = found ?? (await existingTable(session, target))
  if (!table) throw new Error('a table that was made is there')
  const { maxAllowedPacket } = await serverState(session)
  const restored = { days: 0, rows: 0 }
  let next = 0
  const done = await runChunks<{ rows: { length: number }; bytes: number; receipt: Receipt }>(
    {
      source: server.name,
      title,
      ofRows: rows,
      async read() {
        const receipt = todo[next++]
        return receipt && { rows: { length: receipt.rows }, bytes: receipt.sizeBytes, receipt }
      },
      async settle({ receipt }) {
        await stillLocked()
        await restoreDay(session, store, table, receipt, maxAllowedPacket)
        restored.days += 1
        restored.rows += receipt.rows
      },
    },
    { emit, interrupt, governor },
  )
    .catch((failure: unknown) => ({ failure }))
    .finally(() => governor.close())
  const failed = 'failure' in done
  emit({
    event: 'job-end',
    job: 'restore',
    source: server.name,
    title,
    status: failed ? 'failed' : done.isInterrupted ? 'interrupted' : 'ok',
    facts: [
      {
        name: 'restored',
        text: `${counted(restored.rows, 'row')} of ${counted(restored.days, 'day')}, compared and equal`,
      },
      ...(present === 0 ? [] : [{ name: 'were there', text: `${counted(present, 'day')}, equal` }]),
    ],
    notes: [],
    data: { into: tableText(target), ...restored, presentDays: present },
  })
  const again = 'The same command goes on: whole days that are there are compared and left as they are.'
  if (failed) {
    const soFar = `Before that, ${counted(restored.days, 'day')} with ${counted(restored.rows, 'row')} were restored. ${again}`
    throw partlyDone(done.failure, restored.days > 0 || !found, soFar)
  }
  if (done.isInterrupted) throw interruptedError(title, restored.days > 0 || !found, again)
  return true
}

/** For one `day` alone: without the receipts of other days that are broken. */
async function newestReceipts(store: Store, day: string | undefined): Promise<Receipt[]> {
  const { days } = await listDump(store)
  const names = [...days].map(([day, revision]) => ({ day, revision }))
  const receipts = await mapLimited(names, readAtOnce, async name => {
    try {
      return await readReceipt(store, name)
    } catch (thrown) {
      if (!(thrown instanceof OpsError) || thrown.data.code !== 'failed' || isStoreError(thrown)) throw thrown
      if (day !== undefined && day !== name.day) return undefined
      throw new OpsError({ ...thrown.data, next: nextForBrokenReceipt(store, name) }, { cause: thrown })
    }
  })
  return receipts.filter(each => each !== undefined)
}

function nextForBrokenReceipt({ url }: Store, name: DayName): string {
  return `Nothing was restored. Bring ${receiptKey(name)} back from a version or a copy of the store, and run the same command again. To have other days before that: ops db dump verify ${url} names each that is broken, and --day restores one that is whole.`
}

function noSuchDay(store: Store, day: string | undefined, receipts: readonly Receipt[]): Error {
  const [first, last] = [receipts[0], receipts.at(-1)]
  if (!first || !last)
    return inputError(`the dump in ${store.url} has no day yet`, {
      next: 'There is nothing to restore, and nothing was changed.',
    })
  return inputError(`the dump in ${store.url} has no day ${day}`, {
    next: `It has ${counted(receipts.length, 'day')}, from ${first.day} to ${last.day}; a day without rows has no file.`,
  })
}

/** Of the shapes that the table had the last one that has all columns of the others: a day long past may have been dumped last. */
function widestOf(receipts: readonly Receipt[]): Receipt | undefined {
  const shapes = shapesOf(receipts)
  const holds = ({ columns }: Receipt): boolean =>
    shapes.every(shape => shape.columns.every(({ name }) => columns.some(each => each.name === name)))
  return shapes.find(holds)
}

/** One receipt for each shape that the table had, the newest first. */
function shapesOf(receipts: readonly Receipt[]): readonly Receipt[] {
  const shapes = [...new Map(receipts.map(each => [each.fingerprint, each])).values()]
  return shapes.sort((one, other) => other.seenAt.localeCompare(one.seenAt))
}

/** Which days the table has. @throws OpsError `input` where it has rows that are not of this dump. */
async function daysThere(session: Session, table: Table, receipts: readonly Receipt[]): Promise<Set<string>> {
  const where = tableText(table)
  const doing = `looking at ${where}`
  const there = new Set<string>()
  if ((await session.cells(sql`SELECT 1 FROM ${tableSql(table)} LIMIT 1`, doing)).length === 0) return there
  const refuse = (what: string): never => {
    throw inputError(`${where} is not empty: ${what}`, {
      next: 'Restore into a table of its own with --into DB.TABLE; it is made as it was dumped. From there rows can be copied with INSERT ... SELECT.',
    })
  }
  let rows = 0
  for (const receipt of receipts) {
    const state = await dayThere(session, table, receipt)
    if (state === 'other') refuse(`its rows of ${receipt.day} are not those of the dump`)
    if (state !== 'all') continue
    there.add(receipt.day)
    rows += receipt.rows
  }
  const all = Number(await session.value(sql`SELECT COUNT(*) FROM ${tableSql(table)}`, doing))
  if (all !== rows) refuse(`${grouped(all - rows)} of its rows are in no day of the dump`)
  return there
}

function daysText(receipts: readonly Receipt[]): string {
  const [first, last] = [receipts[0], receipts.at(-1)]
  if (!first || !last) return 'no day'
  return first === last
    ? `the day ${first.day}`
    : `${counted(receipts.length, 'day')}, ${first.day} to ${last.day},`
}

function revisionNotes(receipts: readonly Receipt[]): string[] {
  return receipts
    .filter(each => each.revision > 1)
    .map(({ day, revision }) => `${day} is restored as it was last seen, revision ${revision}`)
}
