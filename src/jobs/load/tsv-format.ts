/** Lines of fields between tabs as the server's own tools write them: `\N` for NULL, a backslash before what would mean something else. */
import { cellKinds, type InputRecord, type RecordFormat } from './record.ts'

const tab = 0x09
const lineFeed = 0x0a
const carriageReturn = 0x0d
const backslash = 0x5c
const capitalN = 0x4e

export class TsvFormat implements RecordFormat {
  lines = 0
  /** Told by the first line: in a file of bare line feeds, a carriage return is a part of its field. */
  #hasCarriageReturns: boolean | undefined

  read(record: InputRecord, from: number, isLast: boolean): number {
    const { bytes } = record
    const length = bytes.length
    let start = from
    let hasBackslash = false
    this.lines = 1
    for (let at = from; ; at++) {
      if (at >= length && !isLast) return -1
      const byte = at >= length ? lineFeed : bytes[at]
      if (byte === backslash && at < length) {
        hasBackslash = true
        if (bytes[at + 1] === lineFeed) this.lines += 1
        at += 1
        if (at >= length && !isLast) return -1
        continue
      }
      if (byte !== tab && byte !== lineFeed) continue
      const isAtEnd = byte === lineFeed
      const end = Math.min(at, length)
      const cut = isAtEnd ? this.#cut(bytes, start, end) : end
      const isNull =
        hasBackslash && cut - start === 2 && bytes[start] === backslash && bytes[start + 1] === capitalN
      record.add(start, cut, isNull ? cellKinds.isNull : hasBackslash ? cellKinds.escaped : cellKinds.bare)
      if (isAtEnd) return Math.min(at + 1, length)
      start = at + 1
      hasBackslash = false
    }
  }

  #cut(bytes: Buffer, start: number, end: number): number {
    const isThere = end > start && bytes[end - 1] === carriageReturn
    this.#hasCarriageReturns ??= isThere
    return isThere && this.#hasCarriageReturns ? end - 1 : end
  }
}
