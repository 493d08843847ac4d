/** Which rows an archive walks, and how those of one object are read. */

import type { ChunkReader, Walk } from '../../mysql/chunk-reader.ts'
import { type ChunkLimits, usualLimits } from '../../mysql/chunk-size.ts'
import type { Governor } from '../../mysql/governor.ts'
import { join } from '../../mysql/sql.ts'
import type { Interrupt } from '../../run/interrupt.ts'
import type { PackedRows } from '../rows/packed-rows.ts'
import { ageSql, conditionSql, whereSql } from './condition.ts'
import type { ArchivePlan } from './plan.ts'

/** Keys and hashes of a chunk wait until they may be deleted: smaller chunks keep memory flat. */
export const archiveLimits = { ...usualLimits, mostBytes: 2 * 1024 * 1024, mostRows: 5_000 }
/** Each row may bring many of another table. */
const limitsWithChildren = { ...archiveLimits, mostRows: 500 }

/** A filter may leave out most of what is read. */
const mostTurns = 32

/** The rows of one object, in several short turns while others are at work. Answers how many bytes came; undefined at the end. */
export async function readObject(
  rows: PackedRows,
  reader: ChunkReader,
  { mostRows, mostBytes }: ChunkLimits,
  governor: Governor,
  interrupt: Interrupt,
): Promise<number | undefined> {
  let bytes: number | undefined
  let turns = 0
  do {
    const read = await governor.turn(() => reader.nextInto(row => rows.add(row)))
    if (!read) break
    bytes = (bytes ?? 0) + read.bytes
    turns += 1
  } while (
    governor.isShared &&
    interrupt.level === 'none' &&
    turns < mostTurns &&
    rows.length + reader.size.rows <= mostRows &&
    bytes < mostBytes / 2
  )
  return bytes
}

/** What the walk is bounded by, and what is left out of it. */
export function walkedRows({
  order,
  key,
  resolved: { condition },
  range,
}: ArchivePlan): Pick<Walk, 'bound' | 'filter'> {
  const part = range === undefined || range === 'nothing' ? [] : [range]
  const where = whereSql(condition)
  // Along another index, the age says nothing of where the walk ends, nor does a part of the key along that of the age.
  const age = order.isByColumn ? [ageSql(condition)] : []
  const isByKey = order.index === key.index
  const bound = isByKey ? [...age, ...part] : age
  const filter = order.isByColumn
    ? [...(isByKey ? [] : part), ...(where ? [where] : [])]
    : [conditionSql(condition)]
  return {
    ...(bound.length > 0 && { bound: join(bound, ' AND ') }),
    ...(filter.length > 0 && { filter: join(filter, ' AND ') }),
  }
}

/** Of the rows that are walked along the age a shard has but some. */
export function limitsOf({ children, request: { shard } }: ArchivePlan): ChunkLimits {
  if (children.length > 0) return limitsWithChildren
  return { ...archiveLimits, mostRows: archiveLimits.mostRows * Math.min(4, shard?.of ?? 1) }
}
