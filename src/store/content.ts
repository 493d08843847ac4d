/** Makes what is to be stored out of bytes, a file or a stream, with its size and hash. */
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Content } from './store.ts'
import { StoreError } from './store-error.ts'

/** A content that takes up a file until it is let go. */
export interface SpooledContent extends Content {
  /** Removes the file. */
  discard(): Promise<void>
}

/** Bytes in memory; they must not be changed before the object is stored. */
export function contentOf(bytes: Uint8Array | string): Content {
  const all = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
  return {
    sizeBytes: all.byteLength,
    sha256: createHash('sha256').update(all).digest('hex'),
    async *open() {
      if (all.byteLength > 0) yield all
    },
  }
}

/** A file, read once now for its hash. Where it changes later, storing it fails: its bytes are not those of the hash. */
export async function fileContent(path: string): Promise<Content> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  for await (const bytes of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(bytes)
    sizeBytes += bytes.byteLength
  }
  return { sizeBytes, sha256: hash.digest('hex'), open: () => createReadStream(path) }
}

/** A stream of unknown length, written to a file of this folder that only we can read: memory stays flat. */
export async function spooled(stream: AsyncIterable<Uint8Array>, folder: string): Promise<SpooledContent> {
  const path = join(folder, `.ops-spool-${randomBytes(8).toString('hex')}`)
  const hash = createHash('sha256')
  let sizeBytes = 0
  const file = await open(path, 'wx', 0o600)
  try {
    for await (const bytes of stream) {
      hash.update(bytes)
      sizeBytes += bytes.byteLength
      await file.writeFile(bytes)
    }
  } catch (error) {
    await rm(path, { force: true })
    throw error
  } finally {
    await file.close()
  }
  return {
    sizeBytes,
    sha256: hash.digest('hex'),
    open: () => createReadStream(path),
    discard: () => rm(path, { force: true }),
  }
}

/** Of a content whose bytes are not those that its hash was made of; `came` says what came instead. */
export function changedMeanwhile(
  { sizeBytes, sha256 }: Pick<Content, 'sizeBytes' | 'sha256'>,
  came = 'other ones',
): StoreError {
  return new StoreError('wrong', {
    title: 'what was to be stored changed meanwhile',
    detail: `${sizeBytes} bytes with sha256 ${sha256} were announced; ${came} came.`,
    changed: 'no',
    next: 'Find out who writes to its source, and run again. Nothing was stored.',
  })
}
