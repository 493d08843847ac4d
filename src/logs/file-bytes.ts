/** Reads a file into two pieces of memory in turn: one is filled while the other is used. */
import { open } from 'node:fs/promises'

const readAtOnce = 256 << 10

/** Each piece is valid until the next is asked for. It fails where `isClosed` answers true. */
export async function* fileBytes(path: string, isClosed: () => boolean): AsyncGenerator<Buffer> {
  const file = await open(path)
  const pieces = [Buffer.allocUnsafe(readAtOnce), Buffer.allocUnsafe(readAtOnce)] as const
  const read = (into: Buffer) => {
    const reading = file.read(into, 0, readAtOnce, null)
    // Whoever asks for it next is told.
    reading.catch(() => {})
    return reading
  }
  let [current, other] = pieces
  let reading = read(current)
  try {
    for (;;) {
      const { bytesRead } = await reading
      if (isClosed()) throw new Error('it was closed')
      if (bytesRead === 0) return
      reading = read(other)
      yield current.subarray(0, bytesRead)
      ;[current, other] = [other, current]
    }
  } finally {
    await reading.catch(() => {})
    await file.close()
  }
}
