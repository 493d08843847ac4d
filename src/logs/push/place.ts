/** How rows lie in a place that a cluster reads: one object for each day, host and file, and a description of the table. */
import { createHash } from 'node:crypto'
import { OpsError } from '../../base/errors.ts'
import { contentOf } from '../../store/content.ts'
import { keySegment } from '../../store/key.ts'
import type { Store } from '../../store/store.ts'
import { isStoreError } from '../../store/store-error.ts'
import type { SqlColumn } from '../answer.ts'

const tableKey = 'table.json'

export type PartKind = 'rows' | 'rejected'

/** `DAY` is in UTC; a file is known by its first bytes, which rotation leaves as they are. */
export function partKey(kind: PartKind, day: string, host: string, file: string): string {
  return `${kind}/day=${keySegment(day)}/host=${keySegment(host)}/${file}.gz`
}

/** The name of a file that begins so, on that host. */
export function fileId(host: string, beginning: Buffer): string {
  return createHash('sha256').update(`${host}\0`).update(beginning).digest('hex').slice(0, 24)
}

/** The columns of the rows in a place, the day and the host left out. @throws OpsError where nothing was pushed there. */
export async function readTable(store: Store): Promise<readonly SqlColumn[]> {
  const columns = await columnsIn(store)
  if (columns) return columns
  throw new OpsError({
    code: 'input',
    title: `${store.url} holds no logs that ops pushed`,
    changed: 'no',
    next: `Push some: ops logs push HOST:GLOB --to ${store.url}`,
  })
}

async function columnsIn(store: Store): Promise<readonly SqlColumn[] | undefined> {
  try {
    const { body } = await store.get(tableKey)
    const chunks: Buffer[] = []
    for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk)
    return (JSON.parse(Buffer.concat(chunks).toString()) as { columns: SqlColumn[] }).columns
  } catch (error) {
    if (isStoreError(error, 'absent')) return undefined
    throw error
  }
}

/**
 * Makes room for these columns: new ones go to the end, where older files have NULL.
 * @throws OpsError `input` where a column has another type there.
 */
export async function addColumns(store: Store, columns: readonly SqlColumn[]): Promise<readonly SqlColumn[]> {
  const there = (await columnsIn(store)) ?? []
  const types = new Map(there.map(column => [column.name, column.type]))
  for (const { name, type } of columns) {
    const other = types.get(name)
    if (other !== undefined && other !== type) {
      throw new OpsError({
        code: 'input',
        title: `the column ${name} is of type ${type} here and ${other} in ${store.url}`,
        changed: 'no',
        next: 'Push logs in this format to a place of their own.',
      })
    }
  }
  const all = [...there, ...columns.filter(column => !types.has(column.name))]
  if (all.length > there.length) {
    const text = `${JSON.stringify({ columns: all }, undefined, 1)}\n`
    await store.put(tableKey, contentOf(text), { replace: true })
  }
  return all
}
