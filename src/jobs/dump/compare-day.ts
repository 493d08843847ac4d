/** Compares a day with what was dumped by an aggregate of the server: one for a usual day, several short ones for a large one. */
import { type ChunkLimits, ChunkSize } from '../../mysql/chunk-size.ts'
import { hasShape } from '../../mysql/columns.ts'
import { after, orderByList, type Position, placeList, upTo } from '../../mysql/keyset.ts'
import { isSameOnServer, serverDigest } from '../../mysql/row-hash-sql.ts'
import type { Session } from '../../mysql/session.ts'
import { join, name, type Sql, sql } from '../../mysql/sql.ts'
import { tableSql, tableText } from '../../mysql/table-name.ts'
import { betweenSql } from './find-days.ts'
import type { Receipt } from './records.ts'
import type { TableShape } from './table-shape.ts'

/** Of rows that are hashed by the server; a day with fewer than the first chunk takes one statement. */
const limits: ChunkLimits = { targetMs: 25, mostBytes: Number.MAX_SAFE_INTEGER, mostRows: 200_000 }

/** Chunks are sized for all days of a run. */
export function compareSize(): ChunkSize {
  return new ChunkSize(1, limits)
}

/** Whether the server has just these rows. False may also mean that it cannot tell. */
export async function isAsDumped(
  session: Session,
  shape: TableShape,
  receipt: Receipt,
  size: ChunkSize,
): Promise<boolean> {
  const { table, by, columns, order } = shape
  if (!hasShape(table, receipt.fingerprint)) return false
  const doing = `comparing ${receipt.day} of ${tableText(table)}`
  const from = sql`FROM ${tableSql(table)} FORCE INDEX (${name(order.index)}) WHERE `
  const within = betweenSql(by, receipt.from, receipt.to)
  let rows = 0
  let xor = 0n
  let place: Position | undefined
  for (;;) {
    const behind: Sql[] = place ? [within, after(order.columns, place)] : [within]
    const border: Position | undefined =
      receipt.rows - rows > size.rows && order.isUnique
        ? (
            await session.cells(
              sql`SELECT ${placeList(order.columns)} ${from}${join(behind, ' AND ')} ORDER BY ${orderByList(order.columns)} LIMIT ${size.rows - 1}, 1`,
              doing,
            )
          )[0]
        : undefined
    const conditions = border ? [...behind, upTo(order.columns, border)] : behind
    const serverMs = session.stopwatch()
    const part = await serverDigest(session, columns, sql`${from}${join(conditions, ' AND ')}`, doing)
    if (part.rows > 0) size.learn(part.rows, part.rows, serverMs())
    rows += part.rows
    xor ^= BigInt(`0x${part.hash}`)
    if (!border) break
    place = border
  }
  return isSameOnServer({ rows, hash: xor.toString(16).padStart(16, '0') }, receipt)
}
