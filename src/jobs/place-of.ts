/** A place in a store is of one job: an archive that finds a dump there, or a dump an archive, says so, and how its rows come back. */
import { z } from 'zod'
import { inputError } from '../base/errors.ts'
import { type TableName, tableText } from '../mysql/table-name.ts'
import type { Store } from '../store/store.ts'
import { readRecord } from './json-record.ts'

const places = {
  archive: { key: 'archive.json', noun: 'an archive', restore: 'ops db archive restore' },
  dump: { key: 'dump.json', noun: 'a dump', restore: 'ops db restore' },
} as const

const markOf = z.object({ table: z.object({ database: z.string(), table: z.string() }) })

/** Ask where the place has no mark of `own`. @throws OpsError `input` where it has that of the other. */
export async function refuseOther(store: Store, own: keyof typeof places): Promise<void> {
  const other = places[own === 'archive' ? 'dump' : 'archive']
  const mark: { readonly table: TableName } | undefined = await readRecord(store, other.key, markOf)
  if (!mark) return
  throw inputError(`${store.url} holds ${other.noun} of ${tableText(mark.table)}, not ${places[own].noun}`, {
    next: `Its rows come back with \`${other.restore} ${store.url}\`. Each job needs a place of its own.`,
  })
}
