/**
 * How old the rows of a table are, without reading it: some rows at sixteen places of the key, and point reads by which the
 * age is found between them. It holds where rows came in the order of the key; where they did not, the rows that were read
 * are the sample.
 */
import type { Table } from '../../mysql/catalog.ts'
import { keyOf } from '../../mysql/keys.ts'
import type { Session } from '../../mysql/session.ts'
import { name, type Sql, sql } from '../../mysql/sql.ts'
import { tableSql, tableText } from '../../mysql/table-name.ts'

/** The part of the rows whose time is before a moment: 0 to 1. */
export interface Shares {
  readonly shares: readonly number[]
  /** The time of the first row by the key. */
  readonly first: string | null
  /** `key`: by the order of the key; `sample`: of the rows that were read; `all`: every row was read. */
  readonly from: 'key' | 'sample' | 'all'
}

const slices = 8
const rowsAtEnd = 32
const stepsToAMoment = 7

interface Row {
  readonly key: bigint
  readonly time: string | null
}

/** A stretch of the key, with the rows at both of its ends. */
interface Slice {
  readonly head: readonly Row[]
  readonly tail: readonly Row[]
}

/** `moments` as the column's own clock shows them. A text: why nothing can be told. */
export async function agesOf(
  session: Session,
  table: Table,
  by: string,
  moments: readonly string[],
): Promise<Shares | string> {
  const { index, columns } = keyOf(table)
  const [first = ''] = columns
  const column = table.columns.find(each => each.name === first)
  if (!column || !/^(tiny|small|medium|big)?int$/.test(column.dataType)) {
    return `its key begins with ${first}, which is no whole number to bisect by`
  }
  const doing = `looking at the age of ${tableText(table)}`
  const read = async (where: Sql, direction: Sql, count: number): Promise<Row[]> => {
    const cells = await session.cells(
      sql`SELECT ${name(first)}, ${name(by)} FROM ${tableSql(table)} FORCE INDEX (${name(index)})
          WHERE ${where} ORDER BY ${name(first)} ${direction} LIMIT ${count}`,
      doing,
    )
    return cells.map(([key, time]) => ({ key: BigInt(String(key)), time: time?.toString('latin1') ?? null }))
  }
  const from = (key: bigint, count: number): Promise<Row[]> =>
    read(sql`${name(first)} >= ${key}`, sql`ASC`, count)
  const before = async (key: bigint, count: number): Promise<Row[]> =>
    (await read(sql`${name(first)} < ${key}`, sql`DESC`, count)).reverse()

  const [lowest] = await read(sql`TRUE`, sql`ASC`, 1)
  const [highest] = await read(sql`TRUE`, sql`DESC`, 1)
  if (!lowest || !highest) return 'it is empty'
  const few = slices * rowsAtEnd * 2
  if (highest.key - lowest.key < few) {
    const rows = await read(sql`TRUE`, sql`ASC`, few * 2)
    return { shares: moments.map(moment => shareOf(rows, moment)), first: lowest.time, from: 'all' }
  }
  const found = await sliceUp(lowest.key, highest.key, from, before)
  const weights = found.map(rowsIn)
  const all = weights.reduce((sum, each) => sum + each, 0)
  const isInOrder = found
    .flatMap(({ head, tail }) => [median(head), median(tail)])
    .every((time, at, times) => at === 0 || time >= (times[at - 1] ?? ''))
  const shares: number[] = []
  for (const moment of moments) {
    let older = 0
    for (const [at, slice] of found.entries()) {
      const part = isInOrder
        ? await partBefore(slice, moment, from)
        : shareOf([...slice.head, ...slice.tail], moment)
      older += part * (weights[at] ?? 0)
    }
    shares.push(all === 0 ? 0 : older / all)
  }
  return { shares, first: lowest.time, from: isInOrder ? 'key' : 'sample' }
}

type Reads = (key: bigint, count: number) => Promise<Row[]>

/** Holes in the key between two slices belong to none: each one ends with its last row. */
async function sliceUp(lowest: bigint, highest: bigint, from: Reads, before: Reads): Promise<Slice[]> {
  const found: Slice[] = []
  const width = (highest - lowest + BigInt(slices)) / BigInt(slices)
  for (let at = 0; at < slices; at++) {
    const start = lowest + width * BigInt(at)
    const head = await from(start, rowsAtEnd)
    const [first] = head
    if (!first || first.key >= start + width) continue
    found.push({ head, tail: await before(start + width, rowsAtEnd) })
  }
  return found
}

/** By how dense the keys are at both ends. */
function rowsIn({ head, tail }: Slice): number {
  const [first] = head
  const last = tail.at(-1)
  if (!first || !last) return 0
  return Number(last.key - first.key + 1n) * ((density(head) + density(tail)) / 2)
}

function density(rows: readonly Row[]): number {
  const first = rows[0]?.key ?? 0n
  const last = rows.at(-1)?.key ?? first
  return rows.length < 2 || last === first ? 1 : (rows.length - 1) / Number(last - first)
}

/** How much of a slice lies before a moment. */
async function partBefore({ head, tail }: Slice, moment: string, from: Reads): Promise<number> {
  const first = head[0]?.key ?? 0n
  const last = tail.at(-1)?.key ?? first
  if (median(head) >= moment) return 0
  if (median(tail) < moment) return 1
  let low = first
  let high = last
  for (let step = 0; step < stepsToAMoment && high - low > 1n; step++) {
    const middle = (low + high) / 2n
    const [row] = await from(middle, 1)
    if (row && row.key < high && (row.time ?? '') < moment) low = row.key
    else high = middle
  }
  return Number(low - first) / Math.max(1, Number(last - first))
}

function shareOf(rows: readonly Row[], moment: string): number {
  const older = rows.filter(({ time }) => time !== null && time < moment).length
  return rows.length === 0 ? 0 : older / rows.length
}

function median(rows: readonly Row[]): string {
  const times = rows.flatMap(({ time }) => time ?? []).sort()
  return times[Math.floor(times.length / 2)] ?? ''
}
