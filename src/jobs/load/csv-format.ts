/** CSV as RFC 4180 has it: fields between separators, quotes around what would mean something else, doubled inside. */
import { cellKinds, type InputRecord, type RecordFormat } from './record.ts'

const quote = 0x22
const lineFeed = 0x0a
const carriageReturn = 0x0d
const backslash = 0x5c
const capitalN = 0x4e

/** `separator` is one ASCII character. */
export class CsvFormat implements RecordFormat {
  readonly #separator: number
  lines = 0

  constructor(separator: string) {
    this.#separator = separator.charCodeAt(0)
  }

  read(record: InputRecord, from: number, isLast: boolean): number {
    const { bytes } = record
    const length = bytes.length
    const separator = this.#separator
    let at = from
    this.lines = 1
    for (;;) {
      if (bytes[at] === quote) {
        const end = this.#quotedEnd(bytes, at + 1, isLast)
        if (end === -1) {
          if (!isLast) return -1
          record.problem = 'a quote is opened in it that is never closed'
          return length
        }
        record.add(at + 1, end, this.#isDoubled ? cellKinds.doubled : cellKinds.quoted)
        at = end + 1
      } else {
        let end = at
        while (end < length && bytes[end] !== separator && bytes[end] !== lineFeed) end++
        if (end === length && !isLast) return -1
        const isAtEnd = end === length || bytes[end] === lineFeed
        const cut = isAtEnd && end > at && bytes[end - 1] === carriageReturn ? end - 1 : end
        const isNull = cut - at === 2 && bytes[at] === backslash && bytes[at + 1] === capitalN
        record.add(at, cut, isNull ? cellKinds.isNull : cellKinds.bare)
        at = end
      }
      if (at >= length) {
        if (!isLast) return -1
        return length
      }
      const next = bytes[at]
      if (next === separator) {
        at += 1
        continue
      }
      if (next === lineFeed) return at + 1
      if (next === carriageReturn) {
        if (at + 1 === length) return isLast ? length : -1
        if (bytes[at + 1] === lineFeed) return at + 2
      }
      const end = bytes.indexOf(lineFeed, at)
      if (end === -1 && !isLast) return -1
      record.problem = `something stands behind the closing quote of field ${record.count}`
      return end === -1 ? length : end + 1
    }
  }

  #isDoubled = false

  /** Where the quote is that closes the field; -1: not in this window. */
  #quotedEnd(bytes: Buffer, from: number, isLast: boolean): number {
    this.#isDoubled = false
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at]
      if (byte === lineFeed) this.lines += 1
      if (byte !== quote) continue
      if (at + 1 === bytes.length) return isLast ? at : -1
      if (bytes[at + 1] !== quote) return at
      this.#isDoubled = true
      at += 1
    }
    return -1
  }
}
