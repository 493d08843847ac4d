/**
 * How shards divide a table: by ranges of its key, whose borders lie beside the archive, as runs that never talk to each other
 * must agree on them. A row is of one shard for as long as its key is what it is, so that its forms are saved in their order.
 */
import { z } from 'zod'
import { OpsError } from '../../base/errors.ts'
import type { Table } from '../../mysql/catalog.ts'
import type { Key } from '../../mysql/keys.ts'
import { after, type Order, type Position, upTo } from '../../mysql/keyset.ts'
import { join, type Sql } from '../../mysql/sql.ts'
import { putProved } from '../../store/prove.ts'
import type { Store } from '../../store/store.ts'
import { jsonContent, neededRecord } from '../json-record.ts'
import type { HeldPlace } from '../shard/hold-place.ts'
import { type Shard, shardText } from '../shard/shard.ts'
import { cells, positionFromHex, positionToHex } from './records.ts'

/** `shards/000007.json`. */
const splitSchema = z.object({
  format: z.literal('ops-archive-split/1'),
  number: z.number().int(),
  shards: z.number().int(),
  key: z.array(z.string()),
  /** Of the table that was divided. */
  fingerprint: z.string(),
  /** The last key of each shard but the last; fewer where there were fewer rows. */
  borders: z.array(cells),
  createdAt: z.string(),
})
type Split = z.infer<typeof splitSchema>

/** What one shard has of a split. */
export interface Part {
  readonly split: Split
  readonly shard: Shard
}

export const splitKey = (number: number): string => `shards/${String(number).padStart(6, '0')}.json`
/** That a shard came to the end of its part. */
const doneKey = (number: number, index: number): string => splitKey(number).replace('.json', `-${index}.json`)

/** What a run names its chunks by beside its time: `s7p0of4`. */
export function partName({ split, shard }: Part): string {
  return `s${split.number}p${shard.index}of${shard.of}`
}

/** Whether a run of just this part of this split wrote that chunk. */
export function isOfPart(chunk: string, part: Part): boolean {
  return /-(s\d+p\d+of\d+)-\d+$/.exec(chunk)?.[1] === partName(part)
}

/** The condition that a key is of this part; undefined: each one is, `nothing`: none is. */
export function partSql({ split, shard }: Part, key: Order): Sql | 'nothing' | undefined {
  const borders = split.borders.map(positionFromHex)
  if (shard.index > borders.length) return 'nothing'
  const [from, to] = [borders[shard.index - 1], borders[shard.index]]
  const conditions = [...(from ? [after(key, from)] : []), ...(to ? [upTo(key, to)] : [])]
  return conditions.length === 0 ? undefined : join(conditions, ' AND ')
}

interface Divided {
  readonly table: Table
  readonly key: Key
}

/** The part that a shard would go on with; undefined: it is not divided yet. */
export async function lookAtPart(store: Store, shard: Shard, divided: Divided): Promise<Part | undefined> {
  const { newest } = await readSplits(store)
  return newest && fits(newest, shard, divided) ? { split: newest, shard } : undefined
}

/**
 * The part of a shard that has taken its place. Whoever is alone divides anew, unless some shards have done their part and
 * others have not: then rows between would be nobody's.
 * @throws OpsError `locked` where others are at work with other borders.
 */
export async function agreeOnPart(
  store: Store,
  place: HeldPlace,
  shard: Shard,
  divided: Divided,
  choose: () => Promise<readonly Position[]>,
): Promise<Part> {
  const { newest, done } = await readSplits(store)
  const known = newest && fits(newest, shard, divided) ? newest : undefined
  if (!place.isAlone) {
    if (!known || !(await place.agree(known.createdAt))) throw otherBorders(store, shard)
    await place.letIn()
    return { split: known, shard }
  }
  if (known && done.length > 0 && done.length < shard.of) {
    await place.agree(known.createdAt)
    return { split: known, shard }
  }
  const split: Split = {
    format: 'ops-archive-split/1',
    number: (newest?.number ?? 0) + 1,
    shards: shard.of,
    key: [...divided.key.columns],
    fingerprint: divided.table.fingerprint,
    borders: (await choose()).map(positionToHex),
    createdAt: new Date().toISOString(),
  }
  await place.check()
  await putProved(store, splitKey(split.number), jsonContent(split))
  await place.agree(split.createdAt)
  return { split, shard }
}

/** Once: a shard may be run again before the others have done theirs. */
export async function writePartDone(store: Store, { split, shard }: Part): Promise<void> {
  const key = doneKey(split.number, shard.index)
  if ((await store.head(key)) !== undefined) return
  const done = { format: 'ops-archive-part/1', split: split.number, shard: shard.index }
  await putProved(store, key, jsonContent({ ...done, doneAt: new Date().toISOString() }))
}

function fits(split: Split, { of }: Shard, { table, key }: Divided): boolean {
  return (
    split.shards === of &&
    split.fingerprint === table.fingerprint &&
    split.key.join('\0') === key.columns.join('\0')
  )
}

/** The newest split, and the shards that have done their part of it. */
async function readSplits(
  store: Store,
): Promise<{ readonly newest: Split | undefined; readonly done: readonly number[] }> {
  const numbers: number[] = []
  const parts: { readonly number: number; readonly index: number }[] = []
  for await (const { key } of store.list('shards/')) {
    const [, number, index] = /^shards\/(\d+)(?:-(\d+))?\.json$/.exec(key) ?? []
    if (number === undefined) continue
    if (index === undefined) numbers.push(Number(number))
    else parts.push({ number: Number(number), index: Number(index) })
  }
  if (numbers.length === 0) return { newest: undefined, done: [] }
  const newest = Math.max(...numbers)
  return {
    newest: await neededRecord(store, splitKey(newest), splitSchema),
    done: parts.filter(({ number }) => number === newest).map(({ index }) => index),
  }
}

function otherBorders(store: Store, shard: Shard): OpsError {
  return new OpsError({
    code: 'locked',
    title: `other shards are at work on this table, and ${store.url} has no borders of theirs that ${shardText(shard)} could go by`,
    detail: 'They write to another place, or began before the table was altered.',
    changed: 'no',
    next: 'Wait for them, or give all shards the same --to.',
  })
}
