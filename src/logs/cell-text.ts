/** What cells need care for: formulas, and bytes that are no text. */
import { isUtf8 } from 'node:buffer'

/** What a spreadsheet takes for a formula; a dash alone and a negative number are none. */
export function isFormula(bytes: Buffer, from: number, to: number): boolean {
  const first = bytes[from]
  if (from >= to || first === undefined) return false
  if (first === 0x2d)
    return !/^-?(\d+(\.\d+)?)?$/.test(bytes.subarray(from, Math.min(to, from + 64)).toString('latin1'))
  return first === 0x3d || first === 0x2b || first === 0x40 || first === 0x09 || first === 0x0d
}

/** True for UTF-8 without NUL. */
export function isText(bytes: Buffer, from: number, to: number): boolean {
  const value = bytes.subarray(from, to)
  return isUtf8(value) && !value.includes(0)
}

/** NUL and each byte that is no part of UTF-8 as `\xHH`. */
export function withoutOddBytes(value: Buffer): Buffer {
  const text = new TextDecoder('utf-8', { ignoreBOM: true })
  const pieces: string[] = []
  let at = 0
  while (at < value.length) {
    const length = [1, 2, 3, 4].find(
      count => at + count <= value.length && isUtf8(value.subarray(at, at + count)),
    )
    const byte = value[at] as number
    if (length === undefined || byte === 0) {
      pieces.push(`\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      at++
    } else {
      pieces.push(text.decode(value.subarray(at, at + length)))
      at += length
    }
  }
  return Buffer.from(pieces.join(''))
}
