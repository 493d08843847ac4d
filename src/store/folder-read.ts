/** Reads a file of a folder piece by piece, and tells when it became shorter meanwhile. */
import { read } from 'node:fs'
import { promisify } from 'node:util'
import { failed } from './folder-errors.ts'
import { StoreError } from './store-error.ts'

const pieceBytes = 256 * 1024
const readSome = promisify(read)

/** From a position on, up to the size that was seen; `file` is open, and `path` is for errors. */
export async function* readFrom(
  file: number,
  fromByte: number,
  sizeBytes: number,
  path: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  for (let position = fromByte; position < sizeBytes; ) {
    signal?.throwIfAborted()
    const piece = Buffer.allocUnsafe(Math.min(pieceBytes, sizeBytes - position))
    const { bytesRead, buffer } = await readSome(file, piece, 0, piece.length, position).catch(error => {
      throw failed(path, error)
    })
    if (bytesRead === 0)
      throw new StoreError('lost', {
        title: `${path} became shorter while it was read`,
        changed: 'no',
        next: 'Find out who writes there; objects of a store are never changed by ops.',
      })
    position += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}
