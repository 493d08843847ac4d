/** What the files of an archive say of the shapes that the table had. */
import type { Store } from '../../store/store.ts'
import type { RowsHeader } from '../rows/rows-file.ts'
import type { ArchivedChunk } from './chunks-of.ts'
import { readSaved } from './read-saved.ts'

export async function headerOf(store: Store, chunk: ArchivedChunk): Promise<RowsHeader> {
  let found: RowsHeader | undefined
  await readSaved(store, chunk, chunk.receipt, {
    header: header => {
      found = header
    },
  })
  if (!found) throw new Error('a file of rows begins with its header')
  return found
}

/** One header for each shape that the table had while it was archived. */
export async function shapesOf(
  store: Store,
  chunks: readonly ArchivedChunk[],
): Promise<readonly RowsHeader[]> {
  const first = new Map<string, ArchivedChunk>()
  for (const chunk of chunks)
    if (!first.has(chunk.receipt.fingerprint)) first.set(chunk.receipt.fingerprint, chunk)
  return Promise.all([...first.values()].map(chunk => headerOf(store, chunk)))
}
