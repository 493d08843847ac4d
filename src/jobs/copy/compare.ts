/**
 * Finds the rows that differ between the two sides. Each server hashes its own rows into buckets; of the buckets that differ
 * the keys and hashes are fetched, and nothing else crosses the network.
 */
import { readSql } from '../../mysql/column-sql.ts'
import type { Position } from '../../mysql/keyset.ts'
import type { Session } from '../../mysql/session.ts'
import { join, name, sql, trusted } from '../../mysql/sql.ts'
import { tableSql, tableText } from '../../mysql/table-name.ts'
import { cellsOf } from '../../mysql/wire-row.ts'
import { deletedAtColumn } from '../../postgres/create-table.ts'
import type { PgSession } from '../../postgres/session.ts'
import { quoteName } from '../../postgres/sql.ts'
import { pgTableText } from '../../postgres/table-name.ts'
import { hasMarks } from './marks.ts'
import type { CopyPlan } from './plan.ts'
import { bitsOf, bucketOf, type RowHashes, rowHashes, unsignedSum } from './row-hashes.ts'

export type Compared = Pick<CopyPlan, 'request' | 'table' | 'key' | 'columns' | 'place'>

export interface Differences {
  /** Keys of the source that the target has not, or has otherwise. */
  readonly wanted: readonly Position[]
  /** Keys of the target that the source has not, as the target's text. */
  readonly extra: readonly (readonly string[])[]
  /** Keys that were fetched from both sides. */
  readonly listedRows: number
  readonly sourceRows: number
  readonly targetRows: number
  readonly leftOut: readonly string[]
}

/** With so few rows in a bucket, a handful of differences is found by reading less than a hundredth. */
const rowsOfBucket = 16
const mostBuckets = 32_749
const leastBuckets = 67

/** `keysOnly`: finds rows that one side has not. Rows of the target that are marked as deleted do not count. */
export async function compareSides(
  source: Session,
  target: PgSession,
  sides: Compared,
  keysOnly: boolean,
): Promise<Differences> {
  const hashes = rowHashes(sides.columns, keysOnly)
  const buckets = primeUpTo(
    Math.max(leastBuckets, Math.min(mostBuckets, Math.ceil(sides.table.estimate.rows / rowsOfBucket))),
  )
  const [ours, theirs] = await bothAtOnce(
    sourceBuckets(source, sides, hashes, buckets),
    targetBuckets(target, sides, hashes, buckets),
  )
  const differing = ours.differing(theirs)
  const rows = { sourceRows: ours.rows, targetRows: theirs.rows, leftOut: hashes.leftOut }
  if (differing.length === 0) return { wanted: [], extra: [], listedRows: 0, ...rows }
  const [here, there] = await bothAtOnce(
    sourceKeys(source, sides, hashes, buckets, differing),
    targetKeys(target, sides, hashes, buckets, differing),
  )
  const listedRows = there.size + here.size
  const wanted: Position[] = []
  for (const [key, { hash, place }] of here) {
    if (there.get(key)?.hash !== hash) wanted.push(place)
    there.delete(key)
  }
  return { wanted, extra: [...there.values()].map(each => each.key), listedRows, ...rows }
}

/** Each server is at work while the other is. Where one fails, the other is awaited all the same: its session goes on. */
async function bothAtOnce<One, Other>(one: Promise<One>, other: Promise<Other>): Promise<[One, Other]> {
  await Promise.allSettled([one, other])
  return [await one, await other]
}

/** The greatest prime up to a number. */
function primeUpTo(most: number): number {
  const isPrime = (number: number): boolean => {
    for (let each = 2; each * each <= number; each++) if (number % each === 0) return false
    return true
  }
  let found = most
  while (!isPrime(found)) found -= 1
  return found
}

class Buckets {
  /** Count and sum of each bucket, as text. */
  readonly sums = new Map<string, string>()
  rows = 0

  add([bucket, count, sum]: readonly (string | null)[]): void {
    this.sums.set(bucket ?? '', `${count}:${sum}`)
    this.rows += Number(count)
  }

  /** Those that are otherwise there, or are there alone. */
  differing(there: Buckets): readonly string[] {
    const found: string[] = []
    for (const [bucket, sum] of this.sums) if (there.sums.get(bucket) !== sum) found.push(bucket)
    for (const bucket of there.sums.keys()) if (!this.sums.has(bucket)) found.push(bucket)
    return found
  }
}

/** A row that has no hash, as it is too long for a packet, adds nothing to its sum: its bucket differs from that of the target. */
async function sourceBuckets(
  session: Session,
  { table, key, columns }: Compared,
  hashes: RowHashes,
  count: number,
): Promise<Buckets> {
  const bucket = bucketOf(columns, hashes, count).mysql
  const found = new Buckets()
  // As they come: tens of thousands of them would be kept twice.
  await session.query(
    sql`SELECT ${bucket} AS bucket, COUNT(*), COALESCE(SUM(${bitsOf(hashes.row).mysql}), 0)
        FROM ${tableSql(table)} FORCE INDEX (${name(key.index)}) GROUP BY 1 ORDER BY NULL`,
    `hashing ${tableText(table)}`,
    { onRow: row => found.add(cellsOf(row).map(String)) },
  )
  return found
}

async function targetBuckets(
  session: PgSession,
  sides: Compared,
  hashes: RowHashes,
  count: number,
): Promise<Buckets> {
  const bucket = bucketOf(sides.columns, hashes, count).postgres
  // Without OFFSET the hash would be made twice of each row.
  const { rows } = await session.query(
    `SELECT bucket, count(*), ${unsignedSum('bits')}
     FROM (SELECT ${bucket} AS bucket, ${bitsOf(hashes.row).postgres} AS bits FROM ${fromTarget(sides)} OFFSET 0) AS hashed GROUP BY 1`,
    `hashing ${pgTableText(sides.request.as)}`,
  )
  const found = new Buckets()
  for (const row of rows) found.add(row)
  return found
}

function fromTarget({ request, place }: Compared): string {
  const { as } = request
  return `${quoteName(as.schema, as.table)} WHERE ${hasMarks(place) ? `${quoteName(deletedAtColumn.name)} IS NULL` : 'true'}`
}

const inBuckets = (differing: readonly string[]): string => differing.map(Number).join(', ')

async function sourceKeys(
  session: Session,
  { table, key, columns }: Compared,
  hashes: RowHashes,
  count: number,
  differing: readonly string[],
): Promise<Map<string, { readonly hash: string; readonly place: Position }>> {
  const keys = keyColumns(columns, key.columns).map(each => readSql(each.read))
  const found = await session.cells(
    sql`SELECT ${hashes.key.mysql}, ${hashes.row.mysql}, ${join(keys)} FROM ${tableSql(table)} FORCE INDEX (${name(key.index)})
        WHERE ${bucketOf(columns, hashes, count).mysql} IN (${trusted(inBuckets(differing))})`,
    `listing keys of ${tableText(table)}`,
  )
  return new Map(
    found.map(([keyHash, hash, ...place]) => [
      keyHash?.toString() ?? '',
      {
        hash: hash?.toString() ?? 'none',
        place: place.map(cell => (cell === null ? null : Buffer.from(cell))),
      },
    ]),
  )
}

async function targetKeys(
  session: PgSession,
  sides: Compared,
  hashes: RowHashes,
  count: number,
  differing: readonly string[],
): Promise<Map<string, { readonly hash: string; readonly key: readonly string[] }>> {
  const keys = sides.key.columns.map(each => `${quoteName(each)}::text`)
  const { rows } = await session.query(
    `SELECT ${hashes.key.postgres}, ${hashes.row.postgres}, ${keys.join(', ')} FROM ${fromTarget(sides)}
       AND ${bucketOf(sides.columns, hashes, count).postgres} IN (${inBuckets(differing)})`,
    `listing keys of ${pgTableText(sides.request.as)}`,
  )
  return new Map(
    rows.map(([keyHash, hash, ...key]) => [
      keyHash ?? '',
      { hash: hash ?? '', key: key.map(each => each ?? '') },
    ]),
  )
}

/** In the order of the key. */
export function keyColumns(columns: Compared['columns'], key: readonly string[]): Compared['columns'] {
  return key.flatMap(each => columns.filter(column => column.source.name === each))
}
