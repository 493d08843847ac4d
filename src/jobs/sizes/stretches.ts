/**
 * Cuts a table along its key into stretches of about as many rows, without reading it: the optimizer's own estimates of ranges
 * say where rows are, so that neither holes in the key nor how dense it is count. Asked for many stretches by one statement.
 */
import type { Table } from '../../mysql/catalog.ts'
import type { Session } from '../../mysql/session.ts'
import { join, name, type Sql, sql } from '../../mysql/sql.ts'
import { tableSql, tableText } from '../../mysql/table-name.ts'

export interface Row {
  readonly key: bigint
  readonly time: string | null
}

/** There is a row at both ends. */
export interface Stretch {
  readonly from: bigint
  readonly to: bigint
  /** About so many rows. */
  readonly rows: number
}

/** How it is read: the index of a key that begins with a whole number. */
export interface Walked {
  readonly table: Table
  readonly index: string
  readonly key: string
  /** No two rows have one key. */
  readonly isUnique: boolean
  readonly by: string
}

/** Rows wanted: up from a key, or down from before it. */
export interface Place {
  readonly at: bigint
  readonly direction: 'up' | 'down'
  readonly count: number
}

/** However the rows lie. */
const mostParts = 800
const mostRounds = 8
/** A partition is opened for each. */
const placesAtOnce = { whole: 48, partitioned: 4 }

/** Of `wanted` stretches or some more, the heaviest as light as can be. */
export async function stretchesOf(
  session: Session,
  walked: Walked,
  { from, to }: { readonly from: bigint; readonly to: bigint },
  wanted: number,
): Promise<readonly Stretch[]> {
  let stretches: Stretch[] = [{ from, to, rows: 1 }]
  let parts = 0
  for (let round = 0; round < mostRounds; round++) {
    const each = rowsOf(stretches) / wanted
    const heavy = stretches.filter(({ rows, from, to }) => to > from && rows > 1.5 * each)
    const cut = heavy.map(one => ({ one, borders: bordersOf(one, Math.ceil(one.rows / each)) }))
    parts += cut.reduce((sum, { borders }) => sum + borders.length, 0)
    if (cut.length === 0 || parts > mostParts) break
    const rows = await readPlaces(
      session,
      walked,
      cut.flatMap(({ borders }) =>
        borders.flatMap((at): Place[] => [
          { at, direction: 'down', count: 1 },
          { at, direction: 'up', count: 1 },
        ]),
      ),
    )
    let next = 0
    const ends = cut.flatMap(({ one, borders }) => {
      const keys = [one.from]
      for (const _ of borders) {
        // Rows may be gone since: a stretch without an end goes on.
        const [before, after] = [rows[next]?.[0]?.key, rows[next + 1]?.[0]?.key]
        next += 2
        if (before !== undefined && after !== undefined) keys.push(before, after)
      }
      keys.push(one.to)
      return pairs(keys)
    })
    const cutUp = await weighed(session, walked, ends)
    stretches = [...stretches.filter(one => !heavy.includes(one)), ...cutUp]
  }
  return stretches.sort((one, other) => (one.from < other.from ? -1 : 1))
}

export function rowsOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { rows }) => sum + rows, 0)
}

function bordersOf({ from, to }: Stretch, parts: number): readonly bigint[] {
  const count = BigInt(Math.max(2, parts))
  const found = new Set<bigint>()
  for (let part = 1n; part < count; part++) found.add(from + ((to - from) * part) / count + 1n)
  return [...found].filter(at => at > from && at <= to)
}

/** The same hole lies at several borders. */
function pairs(keys: readonly bigint[]): readonly { readonly from: bigint; readonly to: bigint }[] {
  const found = new Map<bigint, bigint>()
  for (let at = 0; at + 1 < keys.length; at += 2) {
    const [from, to] = [keys[at] ?? 0n, keys[at + 1] ?? 0n]
    if (from <= to) found.set(from, to)
  }
  return [...found].map(([from, to]) => ({ from, to }))
}

async function weighed(
  session: Session,
  { table, index, key, isUnique }: Walked,
  ends: readonly { readonly from: bigint; readonly to: bigint }[],
): Promise<Stretch[]> {
  const found: Stretch[] = []
  for (const some of batches(ends, table)) {
    const selects = some.map(
      ({ from, to }) => sql`(SELECT ${name(key)} FROM ${tableSql(table)} FORCE INDEX (${name(index)})
        WHERE ${name(key)} BETWEEN ${from} AND ${to})`,
    )
    const records = await session.records(
      sql`EXPLAIN FORMAT=TRADITIONAL ${join(selects, ' UNION ALL ')}`,
      `asking how many rows of ${tableText(table)} lie where`,
    )
    for (const [at, { from, to }] of some.entries()) {
      const told = Number(records.find(({ id }) => Number(id) === at + 1)?.rows ?? 0)
      const most = isUnique ? Number(to - from + 1n) : Number.POSITIVE_INFINITY
      found.push({ from, to, rows: Math.min(Math.max(1, told), most) })
    }
  }
  return found
}

/** Rows of each place, in the order of the key. */
export async function readPlaces(
  session: Session,
  { table, index, key, by }: Walked,
  places: readonly Place[],
): Promise<readonly (readonly Row[])[]> {
  const found: Row[][] = []
  for (const some of batches(places, table)) {
    const first = found.length
    for (const _ of some) found.push([])
    const selects = some.map(({ at, direction, count }, number): Sql => {
      const [where, order] =
        direction === 'up' ? [sql`${name(key)} >= ${at}`, sql`ASC`] : [sql`${name(key)} < ${at}`, sql`DESC`]
      return sql`(SELECT ${number}, ${name(key)}, ${name(by)} FROM ${tableSql(table)} FORCE INDEX (${name(index)})
        WHERE ${where} ORDER BY ${name(key)} ${order} LIMIT ${count})`
    })
    const cells = await session.cells(
      join(selects, ' UNION ALL '),
      `looking at the age of ${tableText(table)}`,
    )
    for (const [number, cell, time] of cells) {
      found[first + Number(number)]?.push({
        key: BigInt(String(cell)),
        time: time?.toString('latin1') ?? null,
      })
    }
  }
  return found.map(rows => rows.sort((one, other) => (one.key < other.key ? -1 : 1)))
}

function batches<T>(all: readonly T[], { partitions }: Table): readonly (readonly T[])[] {
  const atOnce = partitions.length > 0 ? placesAtOnce.partitioned : placesAtOnce.whole
  return Array.from({ length: Math.ceil(all.length / atOnce) }, (_, at) =>
    all.slice(at * atOnce, (at + 1) * atOnce),
  )
}
