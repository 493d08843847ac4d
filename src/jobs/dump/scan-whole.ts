/** Goes through the lines of a file of rows as `scanLines` does, all of it at once, in memory that is used again. */
import { ReusedZlib } from '../../base/reused-zlib.ts'
import { type LineTakers, parseHeader, unreadable } from '../rows/rows-file.ts'

/** More text than this is not worth its memory. */
export const mostAtOnce = 1024 * 1024
const lineFeed = 0x0a
const unpacker = ReusedZlib.gunzip()

/** `textBytes`: what was said of its text; where it has more it is read all the same. @throws OpsError. */
export async function scanWhole(
  pieces: AsyncIterable<Uint8Array>,
  name: string,
  takers: LineTakers,
  textBytes: number,
): Promise<void> {
  try {
    const parts: Uint8Array[] = []
    for await (const piece of pieces) parts.push(piece)
    const [first = Buffer.alloc(0)] = parts
    const packed = parts.length > 1 ? Buffer.concat(parts) : first
    // A byte more, so that the end is seen at once.
    for await (const text of unpacker.once(packed, Math.max(4096, textBytes + 1))) scan(text, name, takers)
  } catch (thrown) {
    throw unreadable(name, thrown)
  }
}

function scan(text: Buffer, name: string, { header, line, many }: LineTakers): void {
  const first = text.indexOf(lineFeed)
  if (first < 0 || text.at(-1) !== lineFeed) throw new Error('it ends in the middle of a line')
  header(parseHeader(text.subarray(0, first), name))
  for (let from = first + 1; from < text.length; ) {
    const to = many ? many(text, from, text.length) : from
    if (to > from) {
      from = to
      continue
    }
    const end = text.indexOf(lineFeed, from)
    line(text, from, end)
    from = end + 1
  }
}
