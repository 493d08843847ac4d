/**
 * Compares a copy with its source: each server hashes its own rows, and only rows that may differ are read. A repair writes
 * just these, in one transaction.
 */
import { performance } from 'node:perf_hooks'
import { inputError } from '../../base/errors.ts'
import { selectList } from '../../mysql/column-sql.ts'
import { startGovernor } from '../../mysql/governor.ts'
import { among, type Position } from '../../mysql/keyset.ts'
import type { Session } from '../../mysql/session.ts'
import { name, sql } from '../../mysql/sql.ts'
import { tableSql, tableText } from '../../mysql/table-name.ts'
import type { WireRow } from '../../mysql/wire-row.ts'
import { CopyTextEncoder } from '../../postgres/copy-text.ts'
import type { PgSession } from '../../postgres/session.ts'
import { pgTableText } from '../../postgres/table-name.ts'
import { type Audited, auditEnd, auditPlanEvent } from './audit-report.ts'
import { compareSides, type Differences, keyColumns } from './compare.ts'
import type { CopyRequest } from './copy-request.ts'
import { refuseFollowers } from './followers.ts'
import { type BothSides, lookAtBoth } from './plan.ts'
import { lockTarget } from './record.ts'
import type { CopyContext } from './run-copy.ts'
import { refuseShrink } from './shrink.ts'
import { deleteKeys, openStage, toldAtCommit } from './stage.ts'

export interface AuditOutcome {
  readonly ran: boolean
  /** Rows that differ, and were not mended. */
  readonly left: number
}

export async function runAudit(
  request: CopyRequest,
  repairs: boolean,
  context: CopyContext,
): Promise<AuditOutcome> {
  const { server, target, emit, confirm, plansOnly } = context
  const source = await server.session()
  const pg = await target.session()
  const governor = await startGovernor(server)
  try {
    const shown = auditPlanEvent(
      server.name,
      target.name,
      request,
      await lookAtCopy(source, pg, request),
      repairs,
      governor,
    )
    emit({ event: 'job-plan', ...shown })
    if (plansOnly) return { ran: false, left: 0 }
    if (repairs && confirm && !(await confirm(shown))) return { ran: false, left: 0 }
    // A copy that runs meanwhile would look like a difference.
    await lockTarget(pg, request.as)
    const sides = await lookAtCopy(source, pg, request)
    await governor.wait(() => undefined)
    const begun = performance.now()
    const compared = { ...sides, request }
    const differences = await compareSides(source, pg, compared, false)
    if (repairs) refuseShrink(compared, differences.extra.length, differences.targetRows)
    if (repairs && differences.extra.length > 0) refuseFollowers(compared)
    const doing = `comparing ${pgTableText(request.as)}`
    const settled = pg.transaction(() => settle(source, pg, compared, differences, repairs), doing)
    const judged = await toldAtCommit(compared, settled)
    const audited: Audited = { ...judged, differences, milliseconds: performance.now() - begun, repairs }
    emit({ event: 'job-end', ...auditEnd(server.name, target.name, request, sides, audited) })
    const left = repairs ? 0 : judged.missing + judged.changed + differences.extra.length
    return { ran: true, left }
  } finally {
    await governor.close()
  }
}

async function lookAtCopy(source: Session, pg: PgSession, request: CopyRequest): Promise<BothSides> {
  const sides = await lookAtBoth(source, pg, request)
  if (sides.place.table && sides.record) return sides
  throw inputError(`${pgTableText(request.as)} is no copy that ops made`, {
    next: 'Copy the table first: `ops db copy` with the same words and without audit.',
  })
}

type Compared = BothSides & { readonly request: CopyRequest }

async function settle(
  source: Session,
  pg: PgSession,
  sides: Compared,
  { wanted, extra }: Differences,
  repairs: boolean,
): Promise<Omit<Audited, 'differences' | 'milliseconds' | 'repairs'>> {
  const stage = await openStage(pg, sides)
  const encoder = new CopyTextEncoder(sides.columns.map(each => each.cell))
  let readRows = 0
  for await (const rows of rowsAt(source, sides, wanted)) {
    readRows += rows.length
    await stage.write(encoder.encode(rows))
  }
  await stage.end()
  const { byColumn, watermark } = sides.record ?? {}
  const judged = await stage.judge(
    byColumn == null || watermark == null ? undefined : { column: byColumn, text: watermark },
  )
  const written = repairs ? await stage.merge() : { inserted: 0, updated: 0 }
  const deleted = repairs ? await deleteKeys(pg, sides, extra) : 0
  if (repairs) await stage.prove(extra)
  await stage.drop()
  return { ...judged, ...written, deleted, readRows }
}

const keysAtOnce = 500

/** Whole rows by their keys, as they are now. */
async function* rowsAt(
  session: Session,
  { table, key, columns }: Compared,
  places: readonly Position[],
): AsyncGenerator<readonly WireRow[]> {
  const order = keyColumns(columns, key.columns).map(each => each.read)
  for (let from = 0; from < places.length; from += keysAtOnce) {
    const { rows } = await session.query(
      sql`SELECT ${selectList(columns.map(each => each.read))} FROM ${tableSql(table)} FORCE INDEX (${name(key.index)})
          WHERE ${among(order, places.slice(from, from + keysAtOnce))}`,
      `reading ${tableText(table)}`,
    )
    yield rows
  }
}
