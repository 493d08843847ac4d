/** Unpacks gzip piece by piece. Node ends at a zero byte behind a member, whatever comes after it: here only zeros may. */
import { createGunzip, type Gunzip } from 'node:zlib'

/** Several members one after another are one text. Pieces are kept until they are unpacked. */
export async function* gunzipped(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: 256 << 10 })
  let fed = 0
  /** Where the last byte that is not zero ends. */
  let filled = 0
  let failure: unknown
  const feeding = (async () => {
    try {
      for await (const piece of pieces) {
        const length = lengthWithoutZeros(piece)
        if (length > 0) filled = fed + length
        fed += piece.length
        if (gunzip.readableEnded) {
          if (filled > gunzip.bytesWritten) return
        } else if (gunzip.destroyed) return
        else if (!gunzip.write(piece)) await drained(gunzip)
      }
      gunzip.end()
    } catch (thrown) {
      failure = thrown
      gunzip.destroy(thrown instanceof Error ? thrown : new Error(String(thrown)))
    }
  })()
  yield* gunzip as AsyncIterable<Buffer>
  await feeding
  if (failure !== undefined) throw failure
  if (filled > gunzip.bytesWritten)
    throw new Error(`its gzip ends at byte ${gunzip.bytesWritten}, and there is more behind the zeros there`)
}

function lengthWithoutZeros(piece: Buffer): number {
  let length = piece.length
  while (length > 0 && piece[length - 1] === 0) length--
  return length
}

function drained(gunzip: Gunzip): Promise<void> {
  return new Promise(resolve => {
    const settle = (): void => {
      for (const event of ['drain', 'close', 'error']) gunzip.off(event, settle)
      resolve()
    }
    for (const event of ['drain', 'close', 'error']) gunzip.once(event, settle)
  })
}
