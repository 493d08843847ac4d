/**
 * How old the rows of a table are, without reading it: a few rows of each of some two hundred stretches of its key, which
 * hold about as many rows each, in whatever order their times are. How far that may be off is told by how they differ.
 */
import type { Table } from '../../mysql/catalog.ts'
import { keyOf } from '../../mysql/keys.ts'
import type { Session } from '../../mysql/session.ts'
import {
  type Place,
  type Row,
  readPlaces,
  rowsOf,
  type Stretch,
  stretchesOf,
  type Walked,
} from './stretches.ts'

/** The part of the rows whose time is before a moment: 0 to 1. */
export interface Shares {
  readonly shares: readonly number[]
  /** How far each may be off, either way. */
  readonly errors: readonly number[]
  /** The part whose time is between the first moment and the last, and how far that may be off. */
  readonly between: number
  readonly betweenError: number
  /** About so many there are. */
  readonly rows: number
  /** The time of the first row by the key. */
  readonly first: string | null
  /** `key`: rows came in the order of the key; `sample`: they did not; `all`: every row was read. */
  readonly from: 'key' | 'sample' | 'all'
}

const wanted = 192
const rowsAtPlace = 6
/** Of a stretch that is looked at closer, and so many of these at most. */
const wantedNear = 24
const mostNear = 8
/** With fewer keys every row is read. */
const few = 512
/** Of what lies in order, by its weight. */
const inOrder = 0.98

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
  const walked: Walked = { table, index, key: first, isUnique: columns.length === 1, by }
  const [lowest] = await ends(session, walked, 'up')
  const [highest] = await ends(session, walked, 'down')
  if (!lowest || !highest) return 'it is empty'
  const bounds = { from: lowest.key, to: highest.key }
  if (walked.isUnique && bounds.to - bounds.from < few) {
    const [rows = []] = await readPlaces(session, walked, [{ at: bounds.from, direction: 'up', count: few }])
    return sharesOf([{ stretch: { ...bounds, rows: rows.length }, rows }], moments, lowest.time, 'all')
  }
  const strata = await sampled(session, walked, await stretchesOf(session, walked, bounds, wanted))
  if (orderedPart(strata) < inOrder) return sharesOf(strata, moments, lowest.time, 'sample')
  const closer = await closerAt(session, walked, strata, [moments[0] ?? '', moments.at(-1) ?? ''])
  return sharesOf(closer, moments, lowest.time, 'key')
}

async function sampled(
  session: Session,
  walked: Walked,
  stretches: readonly Stretch[],
): Promise<readonly Stratum[]> {
  const rows = await readPlaces(session, walked, stretches.map(placeIn))
  return stretches.flatMap((stretch, at) => {
    const inIt = (rows[at] ?? []).filter(({ key }) => key <= stretch.to)
    return inIt.length === 0 ? [] : [{ stretch, rows: inIt }]
  })
}

/** Where rows came in order, a moment lies between two neighbours: these are looked at in smaller pieces, as growth may be little. */
async function closerAt(
  session: Session,
  walked: Walked,
  strata: readonly Stratum[],
  moments: readonly string[],
): Promise<readonly Stratum[]> {
  const near = new Set<number>()
  for (const moment of moments) {
    const older = strata.map(({ rows }) => rows.filter(isOlder(moment)).length / rows.length)
    for (const [at, part] of older.entries()) {
      if (at > 0 && part !== older[at - 1]) near.add(at - 1).add(at)
    }
  }
  if (near.size > mostNear) return strata
  const closer: Stratum[] = []
  for (const [at, stratum] of strata.entries()) {
    if (!near.has(at)) closer.push(stratum)
    else
      closer.push(
        ...(await sampled(session, walked, await stretchesOf(session, walked, stratum.stretch, wantedNear))),
      )
  }
  return closer
}

async function ends(
  session: Session,
  walked: Walked,
  direction: Place['direction'],
): Promise<readonly Row[]> {
  // No key lies outside of these.
  const at = direction === 'up' ? -(2n ** 63n) : 2n ** 64n
  const [rows = []] = await readPlaces(session, walked, [{ at, direction, count: 1 }])
  return rows
}

/** Somewhere else in each, so that nothing that comes back regularly is met each time. */
function placeIn({ from, to }: Stretch, number: number): Place {
  const room = to - from - BigInt(rowsAtPlace) + 1n
  const part = (number * 0.618_033_988_75) % 1
  const at = room <= 0n ? from : from + (room * BigInt(Math.floor(part * 1_000_000))) / 1_000_000n
  return { at, direction: 'up', count: rowsAtPlace }
}

interface Stratum {
  readonly stretch: Stretch
  readonly rows: readonly Row[]
}

const isOlder =
  (moment: string) =>
  ({ time }: Row): boolean =>
    time !== null && time < moment

function sharesOf(
  strata: readonly Stratum[],
  moments: readonly string[],
  first: string | null,
  from: Shares['from'],
): Shares {
  const [start = '', end = ''] = [moments[0], moments.at(-1)]
  const told = moments.map(moment => partOf(strata, isOlder(moment), from))
  const grown = partOf(strata, row => isOlder(end)(row) && !isOlder(start)(row), from)
  return {
    shares: told.map(({ part }) => part),
    errors: told.map(({ error }) => error),
    between: grown.part,
    betweenError: grown.error,
    rows: Math.round(rowsOf(strata.map(({ stretch }) => stretch))),
    first,
    from,
  }
}

/** Twice the deviation that neighbours tell of, and a hundredth of what the estimates of ranges may be off by. */
function partOf(
  strata: readonly Stratum[],
  counts: (row: Row) => boolean,
  from: Shares['from'],
): { readonly part: number; readonly error: number } {
  const all = rowsOf(strata.map(({ stretch }) => stretch))
  const parts = strata.map(({ stretch, rows }) => ({
    weight: stretch.rows / Math.max(1, all),
    part: rows.filter(counts).length / Math.max(1, rows.length),
  }))
  const part = parts.reduce((sum, each) => sum + each.weight * each.part, 0)
  if (from === 'all') return { part, error: 0 }
  let variance = 0
  for (const [at, each] of parts.entries()) {
    const before = parts[at - 1]
    if (before) variance += each.weight ** 2 * ((each.part - before.part) ** 2 / 2)
  }
  return { part, error: 2 * Math.sqrt(variance) + 0.01 * Math.min(1, 4 * part * (1 - part)) }
}

/** How much of the rows is not older than what lies before it. */
function orderedPart(strata: readonly Stratum[]): number {
  let [all, ordered, before] = [0, 0, '']
  for (const { stretch, rows } of strata) {
    const time = median(rows)
    all += stretch.rows
    if (time >= before) ordered += stretch.rows
    before = time
  }
  return all === 0 ? 1 : ordered / all
}

function median(rows: readonly Row[]): string {
  const times = rows.flatMap(({ time }) => time ?? []).sort()
  return times[Math.floor(times.length / 2)] ?? ''
}
