/**
 * Restores an archive into a table: the newest form of each row, byte for byte. A row that is there already is never
 * overwritten, so that it can be killed and run again, and what lives in the table wins.
 */

import { inputError, OpsError } from '../../base/errors.ts'
import { readTable, type Table, type TableName, tableSql, tableText } from '../../mysql/catalog.ts'
import type { RowColumn } from '../../mysql/column-sql.ts'
import { keyOf } from '../../mysql/keys.ts'
import type { Server } from '../../mysql/server.ts'
import { serverState } from '../../mysql/server-state.ts'
import type { Session } from '../../mysql/session.ts'
import { sql } from '../../mysql/sql.ts'
import type { WireRow } from '../../mysql/wire-row.ts'
import type { Emit } from '../../run/events.ts'
import type { Interrupt } from '../../run/interrupt.ts'
import type { JobPlan } from '../../run/job-events.ts'
import type { Store } from '../../store/store.ts'
import { grouped } from '../grouped.ts'
import type { RowsHeader } from '../rows/rows-file.ts'
import { checkColumns, existingTable, makeTable } from '../rows/target-table.ts'
import { type ChunksDone, interruptedError, partlyDone, runChunks } from '../run.ts'
import { type ArchivedChunk, archivedChunks, lostError } from './chunks-of.ts'
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

/** `into`: undefined: the table that was archived. Answers whether it ran. */
export async function restoreArchive(into: TableName | undefined, context: RestoreContext): Promise<boolean> {
  const { server, store, emit, confirm, plansOnly } = context
  const mark = await existingMark(store)
  const target = into ?? mark.table
  const { chunks, lost } = await archivedChunks(store)
  const missing = lost.reduce((sum, { deleted }) => sum + deleted, 0)
  const [firstLost] = lost
  const session = await server.session()
  const title = `restore ${tableText(target)}`
  const newest = chunks[0]
  if (!newest && firstLost) throw new OpsError(lostError(firstLost))
  if (!newest)
    throw inputError(`the archive in ${store.url} holds no rows yet`, { next: 'Nothing is to be restored.' })
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
      ...(isEmpty ? [] : ['the table has rows: those whose key is there already stay as they are']),
      ...(stayed === 0
        ? []
        : [`${grouped(stayed)} saved rows are left out: they were changed and stayed in the table`]),
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
  emit({ event: 'job-plan', ...plan })
  if (plansOnly || (confirm && !(await confirm(plan)))) return false
  if (!found) await makeTable(session, target, header, 'archive')
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
    throw partlyDone(done.failure, totals.restored > 0 || !found, soFar)
  }
  if (done.isInterrupted)
    throw interruptedError(title, 'Run the same command again: what is there already is left as it is.')
  if (firstLost)
    throw new OpsError({
      ...lostError(firstLost),
      title: `${grouped(missing)} archived rows in ${grouped(lost.length)} chunks were not restored, as their receipts are gone`,
      changed: 'yes',
    })
  return true
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

async function headerOf(store: Store, { receipt }: ArchivedChunk): Promise<RowsHeader> {
  let found: RowsHeader | undefined
  await readBack(store, receipt.object, receipt, receipt, {
    header: header => {
      found = header
    },
  })
  if (!found) throw new Error('a file of rows begins with its header')
  return found
}

/** One header for each shape that the table had while it was archived. */
async function shapesOf(store: Store, chunks: readonly ArchivedChunk[]): Promise<readonly RowsHeader[]> {
  const first = new Map<string, ArchivedChunk>()
  for (const chunk of chunks)
    if (!first.has(chunk.receipt.fingerprint)) first.set(chunk.receipt.fingerprint, chunk)
  return Promise.all([...first.values()].map(chunk => headerOf(store, chunk)))
}
