/**
 * Copies a table into PostgreSQL: plan, confirm, and then one transaction of the target that brings the rows, lets each
 * replace its old copy, and moves the watermark. Until it is committed nothing has happened; killed, the target takes it back.
 */

import { performance } from 'node:perf_hooks'
import { readTable } from '../../mysql/catalog.ts'
import { ChunkReader } from '../../mysql/chunk-reader.ts'
import { besideOthers, usualLimits } from '../../mysql/chunk-size.ts'
import { type Governor, startGovernor } from '../../mysql/governor.ts'
import type { Server } from '../../mysql/server.ts'
import { ShapeGuard } from '../../mysql/shape-guard.ts'
import { tableText } from '../../mysql/table-name.ts'
import { CopyTextEncoder } from '../../postgres/copy-text.ts'
import type { PostgresServer } from '../../postgres/server.ts'
import type { PgSession } from '../../postgres/session.ts'
import { pgTableText } from '../../postgres/table-name.ts'
import { checkContracts } from '../drift/judge.ts'
import type { JobContext } from '../job-context.ts'
import { tellOwed } from '../load/tell-owed.ts'
import { restsBy } from '../rests.ts'
import { type ChunksDone, interruptedError, runChunks } from '../run.ts'
import { compareSides } from './compare.ts'
import type { CopyOutcome } from './copy-outcome.ts'
import { copyEnd, copyPlanEvent } from './copy-report.ts'
import type { CopyRequest } from './copy-request.ts'
import { lossesOf } from './losses.ts'
import { type CopyPlan, planCopy, refuseLostKeys } from './plan.ts'
import { lockTarget, writeRecord } from './record.ts'
import { refuseShrink } from './shrink.ts'
import { deleteKeys, type Keys, toldAtCommit } from './stage.ts'
import { openLanding } from './write-rows.ts'

export interface CopyContext extends JobContext {
  readonly target: PostgresServer
}

/** Small chunks keep memory flat, also where the target is slow: one is written while the next is read. */
const copyLimits = { ...usualLimits, mostBytes: 1024 * 1024 }

/** Answers whether it ran: false where the person said no, or only a plan was wanted. */
export async function runCopy(request: CopyRequest, context: CopyContext): Promise<boolean> {
  const { server, target, emit, confirm, plansOnly } = context
  const source = await server.session()
  await tellOwed(source, request.table, emit)
  const pg = await target.session()
  const governor = await startGovernor(server, { sleepCoefficient: request.sleepCoefficient, restsBy })
  try {
    // A look needs no lock; whoever goes on takes it and plans afresh, as another run may have ended since.
    const first = await planCopy(source, pg, request)
    const shown = copyPlanEvent(server.name, target.name, first, governor)
    emit({ event: 'job-plan', ...shown })
    if (plansOnly || shown.isEmpty) return shown.isEmpty === true && !plansOnly
    if (confirm && !(await confirm(shown))) return false
    await lockTarget(pg, request.as)
    const plan = await planCopy(source, pg, request, first)
    const doing = `copying to ${pgTableText(request.as)}`
    const committed = pg.transaction(() => carryOut(plan, pg, governor, context), doing)
    const outcome = await toldAtCommit(plan, committed)
    emit({ event: 'job-end', ...copyEnd(server.name, target.name, plan, outcome) })
    return true
  } finally {
    await governor.close()
  }
}

/** A delta does not see what is gone: the keys of both sides are compared. Answers those that went. */
async function deleteGone(plan: CopyPlan, pg: PgSession, server: Server, inserted: number): Promise<Keys> {
  if (plan.mode !== 'delta' || plan.request.deletes === 'off') return []
  const { extra, targetRows } = await compareSides(await server.session(), pg, plan, true)
  refuseShrink(plan, extra.length, targetRows - inserted)
  await deleteKeys(pg, plan, extra)
  return extra
}

async function carryOut(
  plan: CopyPlan,
  pg: PgSession,
  governor: Governor,
  { server, emit, interrupt }: CopyContext,
): Promise<CopyOutcome> {
  const begun = performance.now()
  const { table, order, columns, request, where, mode, safe, state } = plan
  const guard = new ShapeGuard([{ table, keyIndex: plan.key.index }], {
    during: 'copying its rows',
    fires: [],
    next: 'Nothing was copied: the target is as it was.',
  })
  const session = await server.session()
  const landing = await openLanding(pg, plan)
  const encoder = new CopyTextEncoder(columns.map(each => each.cell))
  const reader = new ChunkReader(
    session,
    {
      table,
      order,
      columns: columns.map(each => each.read),
      ...(mode === 'delta' && (order.isByColumn ? { bound: where } : { filter: where })),
    },
    besideOthers(copyLimits, governor),
  )
  const title = `copy ${tableText(table)}`
  let read: ChunksDone
  try {
    read = await runChunks(
      {
        source: server.name,
        title,
        ofRows: plan.rows.count,
        // Each row becomes its line as it comes: rows that wait would have to be kept.
        read: async () => {
          const chunk = await governor.turn(() => reader.nextInto(row => encoder.add(row)))
          return chunk && { rows: { length: chunk.count }, bytes: chunk.bytes, lines: encoder.take() }
        },
        // Nothing is settled before the commit: a kill loses the whole run, and nothing of the target.
        settle: async ({ lines }) => {
          for (const each of lines) await landing.write(each)
        },
      },
      { emit, interrupt, governor },
    )
    if (read.isInterrupted)
      throw interruptedError(
        title,
        false,
        'The target is as it was. Run the same command again: it begins anew.',
      )
    // One that came after it was planned.
    refuseLostKeys(lossesOf(encoder.losses), plan.key, table)
    if (request.contracts.length > 0)
      await checkContracts(session, await readTable(session, request.table), request.contracts)
  } catch (thrown) {
    throw await guard.reasonOf(session, thrown)
  }
  const losses = lossesOf(encoder.losses)
  const landed = await landing.settle()
  const { came, inserted, deleted } = landed
  // Nothing is committed yet: what was planned may be otherwise by now.
  refuseShrink(plan, deleted, deleted + came - inserted)
  const gone = await deleteGone(plan, pg, server, inserted)
  await landing.prove(gone)
  const written = { ...landed, deleted: deleted + gone.length }
  // A column that came meanwhile would be missing there, and its rows behind the watermark.
  await guard.look(session)
  await writeRecord(pg, request.as, {
    server: state.ownId,
    sourceTable: tableText(table),
    byColumn: request.by ?? null,
    watermark: safe?.watermark ?? null,
    fingerprint: table.fingerprint,
  })
  return {
    read,
    written,
    losses,
    pausedMs: governor.pausedMs,
    restedMs: governor.restedMs,
    milliseconds: performance.now() - begun,
  }
}
