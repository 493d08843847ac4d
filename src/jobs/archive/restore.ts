/**
 * Restores an archive into a table: the newest form of each row, byte for byte. A row that is there already is never
 * overwritten, so that it can be killed and run again, and what lives in the table wins.
 */

import { inputError, OpsError } from '../../base/errors.ts'
import { readTable, type Table } from '../../mysql/catalog.ts'
import type { RowColumn } from '../../mysql/column-sql.ts'
import { keyOf } from '../../mysql/keys.ts'
import type { Server } from '../../mysql/server.ts'
import { serverState } from '../../mysql/server-state.ts'
import type { Session } from '../../mysql/session.ts'
import { sql } from '../../mysql/sql.ts'
import { type TableName, tableSql, tableText } from '../../mysql/table-name.ts'
import type { WireRow } from '../../mysql/wire-row.ts'
import type { Emit } from '../../run/events.ts'
import type { Interrupt } from '../../run/interrupt.ts'
import type { JobPlan } from '../../run/job-events.ts'
import type { Store } from '../../store/store.ts'
import { grouped } from '../grouped.ts'
import type { RowsHeader } from '../rows/rows-file.ts'
import { checkColumns, existingTable, foreignKeysOf, makeTable } from '../rows/target-table.ts'
import { type ChunksDone, interruptedError, partlyDone, runChunks } from '../run.ts'
import { headerOf, shapesOf } from './archived-shapes.ts'
import {
  type ArchivedChunk,
  archivedChunks,
  chunksWith,
  type LostChunk,
  lostError,
  tablesWith,
} from './chunks-of.ts'
import { savedRow } from './finish-earlier.ts'
import { type RestoredRows, restoreRows } from './restore-rows.ts'
import { readBack } from './save-chunk.ts'
import { existingMark } from './verify.ts'

export interface RestoreContext {
  readonly server: Server
  readonly store: Store
  readonly emit: Emit
  readonly interrupt: Interrupt
  readonly confirm?: (plan: JobPlan) => Promise<boolean>
  readonly plansOnly: boolean
}

/** What is wanted of an archive. */
export interface RestoreRequest {
  /** Undefined: where its rows came from, and those of the tables that went with it. */
  readonly into: TableName | undefined
  /** A table that went with the archived one: its rows alone. */
  readonly only: TableName | undefined
}

/** The rows of one table in an archive, and where they go. */
interface Part {
  readonly target: TableName
  readonly chunks: readonly ArchivedChunk[]
  readonly lost: readonly LostChunk[]
  /** Tables that went with these rows, and are not restored with them. */
  readonly without: readonly TableName[]
}

/** A part that was looked at. */
interface PlannedPart extends Part {
  readonly plan: JobPlan
  readonly title: string
  readonly rows: number
  readonly header: RowsHeader
  readonly isThere: boolean
}

/** Answers whether it ran. */
export async function restoreArchive(request: RestoreRequest, context: RestoreContext): Promise<boolean> {
  const { server, store, emit, confirm, plansOnly } = context
  const session = await server.session()
  const planned: PlannedPart[] = []
  for (const part of await partsOf(store, request)) planned.push(await planPart(session, part, context))
  for (const { plan } of planned) emit({ event: 'job-plan', ...plan })
  const [first] = planned
  if (!first || plansOnly) return false
  if (confirm && !(await confirm(together(planned, first.plan)))) return false
  for (const part of planned) await restorePart(session, part, context)
  return true
}

async function partsOf(store: Store, { into, only }: RestoreRequest): Promise<readonly Part[]> {
  const mark = await existingMark(store)
  const { chunks, lost } = await archivedChunks(store)
  const [firstLost] = lost
  if (chunks.length === 0 && firstLost) throw new OpsError(lostError(firstLost))
  if (chunks.length === 0)
    throw inputError(`the archive in ${store.url} holds no rows yet`, {
      next: 'There is nothing to restore, and nothing was changed.',
    })
  const others = tablesWith(chunks)
  if (only) {
    const ofIt = chunksWith(chunks, only)
    if (ofIt.length > 0) return [{ target: into ?? only, chunks: ofIt, lost: [], without: [] }]
    const names = others.map(tableText).join(', ')
    throw inputError(`no rows of ${tableText(only)} went with those of ${tableText(mark.table)}`, {
      next: names === '' ? 'Leave --only out.' : `Tables that did: ${names}.`,
    })
  }
  const own = { target: into ?? mark.table, chunks, lost, without: into ? others : [] }
  if (into) return [own]
  return [
    own,
    ...others.map(table => ({ target: table, chunks: chunksWith(chunks, table), lost: [], without: [] })),
  ]
}

/** One question for all tables. */
function together(planned: readonly PlannedPart[], first: JobPlan): JobPlan {
  const rows = planned.reduce((sum, { plan }) => sum + Number(plan.data.rows), 0)
  const into = planned.map(({ target }) => tableText(target)).join(', ')
  return { ...first, data: { ...first.data, rows, into } }
}

async function planPart(
  session: Session,
  part: Part,
  { server, store }: RestoreContext,
): Promise<PlannedPart> {
  const { target, chunks, lost } = part
  const missing = lost.reduce((sum, { deleted }) => sum + deleted, 0)
  const title = `restore ${tableText(target)}`
  const [newest] = chunks
  if (!newest) throw new RangeError('a part has chunks')
  const header = await headerOf(store, newest)
  const found = await existingTable(session, target)
  const isEmpty =
    found === undefined ||
    (await session.cells(sql`SELECT 1 FROM ${tableSql(target)} LIMIT 1`, title)).length === 0
  if (found) keyOf(found)
  for (const shape of await shapesOf(store, chunks))
    checkColumns(tableText(target), found?.columns ?? header.columns, shape, 'archived')
  const rows = chunks.reduce((sum, { receipt }) => sum + receipt.rows, 0)
  const stayed = chunks.reduce((sum, { done }) => sum + (done?.stayed.length ?? 0), 0)
  const open = chunks.filter(({ receipt, done }) => receipt.deletes && !done)
  const plan: JobPlan = {
    job: 'archive restore',
    source: server.name,
    title,
    facts: [
      { name: 'rows', text: `${grouped(rows - stayed)} in ${grouped(chunks.length)} chunks of ${store.url}` },
      {
        name: 'into',
        text: found
          ? `${tableText(target)}${isEmpty ? ', which is empty' : ''}`
          : `${tableText(target)}, which is made as it was archived`,
      },
    ],
    notes: [
      ...(lost.length === 0
        ? []
        : [
            `${grouped(missing)} rows in ${grouped(lost.length)} chunks cannot be restored, as their receipts are gone: \`ops db archive verify\` names them`,
          ]),
      ...part.without.map(
        table =>
          `the rows of ${tableText(table)} that went with them are not restored with --into: --only ${tableText(table)} brings them`,
      ),
      ...(isEmpty ? [] : ['the table has rows: those whose key is there already stay as they are']),
      ...(stayed === 0 ? [] : [`${grouped(stayed)} saved rows are left out: they stayed in the table`]),
      ...(found ? [] : foreignKeysOf(header)).map(
        each => `the table is made without its foreign key: ${each}`,
      ),
      ...(open.length === 0
        ? []
        : [
            `${open.length} chunks are not finished: some of their rows may also be in the table that was archived`,
          ]),
    ],
    data: {
      into: tableText(target),
      rows: rows - stayed,
      chunks: chunks.length,
      stayed,
      makesTable: found === undefined,
    },
  }
  return { ...part, plan, title, rows, header, isThere: found !== undefined }
}

async function restorePart(session: Session, part: PlannedPart, context: RestoreContext): Promise<void> {
  const { server, emit } = context
  const { target, chunks, lost, title, rows, header, isThere } = part
  const missing = lost.reduce((sum, { deleted }) => sum + deleted, 0)
  const [firstLost] = lost
  if (!isThere) await makeTable(session, target, header, 'archive')
  const table = await readTable(session, target)
  const totals = { restored: 0, present: 0, other: 0 }
  const maxAllowedPacket = (await serverState(session)).maxAllowedPacket
  const work = { title, rows, session, table, maxAllowedPacket, totals }
  const done = await restoreChunks(chunks, context, work).catch((failure: unknown) => ({ failure }))
  const failed = 'failure' in done
  emit({
    event: 'job-end',
    job: 'archive restore',
    source: server.name,
    title,
    status:
      failed || (firstLost && !done.isInterrupted) ? 'failed' : done.isInterrupted ? 'interrupted' : 'ok',
    facts: [
      { name: 'restored', text: `${grouped(totals.restored)} rows, read back and equal` },
      ...(totals.present === 0
        ? []
        : [{ name: 'were there', text: `${grouped(totals.present)} rows, equal` }]),
    ],
    notes:
      totals.other === 0
        ? []
        : [`${grouped(totals.other)} saved rows were left out: the table has a newer row of the same key`],
    data: { into: tableText(target), ...totals },
  })
  if (failed) {
    const soFar = `Before that, ${grouped(totals.restored)} rows were restored, read back and equal. The same command leaves them as they are.`
    throw partlyDone(done.failure, totals.restored > 0 || !isThere, soFar)
  }
  if (done.isInterrupted)
    throw interruptedError(title, 'Run the same command again: what is there already is left as it is.')
  if (firstLost)
    throw new OpsError({
      ...lostError(firstLost),
      title: `${grouped(missing)} archived rows in ${grouped(lost.length)} chunks were not restored, as their receipts are gone`,
      changed: 'yes',
    })
}

interface Restoring {
  readonly title: string
  readonly rows: number
  readonly session: Session
  readonly table: Table
  readonly maxAllowedPacket: number
  readonly totals: RestoredRows
}

interface ReadArchive {
  readonly rows: readonly WireRow[]
  readonly bytes: number
  readonly columns: readonly RowColumn[]
}

function restoreChunks(
  chunks: readonly ArchivedChunk[],
  { server, store, emit, interrupt }: RestoreContext,
  { title, rows: ofRows, session, table, maxAllowedPacket, totals }: Restoring,
): Promise<ChunksDone> {
  let index = 0
  return runChunks<ReadArchive>(
    {
      source: server.name,
      title,
      ofRows,
      async read() {
        const chunk = chunks[index++]
        return chunk && readChunk(store, chunk)
      },
      async settle({ rows, columns }) {
        await restoreRows(session, table, columns, rows, maxAllowedPacket, totals)
      },
    },
    { emit, interrupt },
  )
}

/** Without the rows that were changed later and stayed in the table. */
async function readChunk(store: Store, { receipt, done }: ArchivedChunk): Promise<ReadArchive> {
  const rows: WireRow[] = []
  let columns: readonly RowColumn[] = []
  let bytes = 0
  const stayed = new Set(done?.stayed.map(key => JSON.stringify(key)) ?? [])
  const key = { index: '', columns: receipt.key }
  await readBack(store, receipt.object, receipt, receipt, {
    header: header => {
      columns = header.columns
    },
    row: row => {
      bytes += row.length
      if (stayed.size > 0) {
        const hex = savedRow(row, columns, key).key.map(cell => cell?.toString('hex') ?? null)
        if (stayed.has(JSON.stringify(hex))) return
      }
      rows.push(row)
    },
  })
  return { rows, bytes, columns }
}
