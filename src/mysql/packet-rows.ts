/**
 * The rows of a result out of the bytes of a connection: packets of a length, a number and a row (MySQL Internals, "Protocol
 * Packet" and "Text Resultset"). A driver makes an object of each packet; here many can be taken in one call.
 */
import type { WireRow } from './wire-row.ts'

const headBytes = 4
const longestPacket = 0xff_ffff
const endMark = 0xfe
const errorMark = 0xff

export interface RowTakers {
  readonly onRow: (row: WireRow) => void
  /** Takes whole packets of rows from this place on, and answers where it stopped: there the next one is for `onRow`, or is no row. */
  readonly onMany: (piece: Buffer, from: number) => number
}

/** Takes what comes of one result, from its first row on. */
export class PacketRows {
  readonly #takers: RowTakers
  /** The beginning of a packet that is not whole yet. */
  #parts: Buffer[] = []
  #partsBytes = 0
  /** What came of a row that is longer than a packet. */
  #longRow: Buffer[] = []

  constructor(takers: RowTakers) {
    this.#takers = takers
  }

  /** Answers with what follows the rows, once it comes: the packet that ends them, or an error. */
  push(piece: Buffer): Buffer | undefined {
    const from = this.#partsBytes === 0 ? 0 : this.#complete(piece)
    if (from === undefined) return undefined
    if (this.#partsBytes > 0) {
      const packet = Buffer.concat(this.#parts)
      this.#parts = []
      this.#partsBytes = 0
      const ending = this.#take(packet, 0)
      if (ending) return from === piece.length ? ending : Buffer.concat([ending, piece.subarray(from)])
    }
    return this.#take(piece, from)
  }

  /** Adds what lacked of a packet; answers how much that was, or undefined where it is not whole yet. */
  #complete(piece: Buffer): number | undefined {
    const head = Buffer.concat([...this.#parts.slice(0, headBytes), piece.subarray(0, headBytes)])
    const needed = head.length < headBytes ? headBytes : headBytes + head.readUIntLE(0, 3)
    const missing = needed - this.#partsBytes
    this.#add(piece.subarray(0, missing))
    return piece.length < missing || head.length < headBytes ? undefined : missing
  }

  #add(part: Buffer): void {
    this.#parts.push(part)
    this.#partsBytes += part.length
  }

  #take(piece: Buffer, begin: number): Buffer | undefined {
    const { onRow, onMany } = this.#takers
    let from = begin
    while (from < piece.length) {
      const size = piece.length - from < headBytes ? longestPacket : piece.readUIntLE(from, 3)
      const end = from + headBytes + size
      if (end > piece.length) {
        this.#add(piece.subarray(from))
        return undefined
      }
      // For one alone it is not worth while.
      const to = this.#longRow.length > 0 || end === piece.length ? from : onMany(piece, from)
      if (to > from) {
        from = to
        continue
      }
      const body = piece.subarray(from + headBytes, end)
      const [first] = body
      if (this.#longRow.length > 0 || size === longestPacket) {
        this.#longRow.push(body)
        if (size < longestPacket) onRow(Buffer.concat(this.#longRow.splice(0)))
      } else if (first === errorMark || (first === endMark && size < 9)) return piece.subarray(from)
      else onRow(body)
      from = end
    }
    return undefined
  }
}
