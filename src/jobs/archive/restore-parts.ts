/** What an archive is restored into: the rows of each table in it, and where they go. */
import { inputError, OpsError } from '../../base/errors.ts'
import { type TableName, tableText } from '../../mysql/table-name.ts'
import type { Store } from '../../store/store.ts'
import { savedInShape } from '../rows/shapes.ts'
import {
  type ArchivedChunk,
  archivedChunks,
  chunksWith,
  type LostChunk,
  lostError,
  tablesWith,
} from './chunks-of.ts'
import { existingMark } from './verify.ts'

/** What is wanted of an archive. */
export interface RestoreRequest {
  /** Undefined: where its rows came from, and those of the tables that went with it. */
  readonly into: TableName | undefined
  /** A table that went with the archived one: its rows alone. */
  readonly only: TableName | undefined
  /** What was archived in this shape of the table alone: the beginning of its fingerprint. */
  readonly shape: string | undefined
}

/** The rows of one table in an archive, and where they go. */
export interface RestorePart {
  /** Undefined: the one that was archived, and none that went with it. */
  readonly only: TableName | undefined
  readonly target: TableName
  readonly chunks: readonly ArchivedChunk[]
  readonly lost: readonly LostChunk[]
  /** Tables that went with these rows, and are not restored with them. */
  readonly without: readonly TableName[]
  /** Tables that went with these rows, and are restored after them. */
  readonly followedBy: readonly TableName[]
}

/** @throws OpsError where the archive holds no such rows. */
export async function partsOf(
  store: Store,
  { into, only, shape }: RestoreRequest,
): Promise<readonly RestorePart[]> {
  const mark = await existingMark(store)
  const { chunks, lost } = await archivedChunks(store, mark.table)
  const [firstLost] = lost
  if (chunks.length === 0 && firstLost) throw new OpsError(lostError(firstLost))
  if (chunks.length === 0)
    throw inputError(`the archive in ${store.url} holds no rows yet`, {
      next: 'There is nothing to restore, and nothing was changed.',
    })
  const others = tablesWith(chunks)
  const inShape = (some: readonly ArchivedChunk[]): readonly ArchivedChunk[] =>
    savedInShape(some, ({ receipt }) => receipt, { shape, url: store.url })
  const alone = { without: [], followedBy: [] }
  if (only) {
    const ofIt = chunksWith(chunks, only)
    if (ofIt.length > 0) return [{ only, target: into ?? only, chunks: inShape(ofIt), lost: [], ...alone }]
    const names = others.map(tableText).join(', ')
    throw inputError(`no rows of ${tableText(only)} went with those of ${tableText(mark.table)}`, {
      next: names === '' ? 'Leave --only out.' : `Tables that did: ${names}.`,
    })
  }
  const own = { only: undefined, target: into ?? mark.table, chunks: inShape(chunks), lost }
  if (into || shape !== undefined) return [{ ...own, without: others, followedBy: [] }]
  return [
    { ...own, without: [], followedBy: others },
    ...others.map(table => ({
      only: table,
      target: table,
      chunks: chunksWith(chunks, table),
      lost: [],
      ...alone,
    })),
  ]
}
