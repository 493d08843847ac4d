/** Takes back what a server wrote in place of bytes that could end a field early. */
import type { Escaping } from './format.ts'

const backslash = 0x5c

/** What stands for one byte after a backslash; Apache writes `\"` and `\\`, both `\n`, and JSON `\/` and `\f`. */
const single = new Int16Array(256).fill(-1)
for (const [letter, byte] of Object.entries({
  '"': 0x22,
  '\\': backslash,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  r: 13,
})) {
  single[letter.charCodeAt(0)] = byte
}
const singleJson = Int16Array.from(single)
singleJson['v'.charCodeAt(0)] = -1
singleJson['f'.charCodeAt(0)] = 12
singleJson['/'.charCodeAt(0)] = 0x2f

const hexValue = new Int8Array(256).fill(-1)
for (let digit = 0; digit < 16; digit++) {
  const text = digit.toString(16)
  hexValue[text.charCodeAt(0)] = digit
  hexValue[text.toUpperCase().charCodeAt(0)] = digit
}

/**
 * Writes the value of `bytes[from..to)` into `target` from 0 on, and answers with its length: never longer than what it
 * is made from. An escape that no server writes stays as it is.
 */
export function takeBackEscapes(
  bytes: Buffer,
  from: number,
  to: number,
  escaping: Exclude<Escaping, 'none'>,
  target: Buffer,
): number {
  const table = escaping === 'json' ? singleJson : single
  let length = 0
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number
    if (byte !== backslash || at + 1 >= to) {
      target[length++] = byte
      continue
    }
    const letter = bytes[at + 1] as number
    const value = table[letter] as number
    if (value >= 0) {
      target[length++] = value
      at++
    } else if (escaping === 'hex' && letter === 0x78 && hex(bytes, at + 2, 2, to) >= 0) {
      target[length++] = hex(bytes, at + 2, 2, to)
      at += 3
    } else if (escaping === 'json' && letter === 0x75 && hex(bytes, at + 2, 4, to) >= 0) {
      length += utf8(target, length, hex(bytes, at + 2, 4, to))
      at += 5
    } else {
      target[length++] = byte
    }
  }
  return length
}

/** The number that these digits say, or -1. */
function hex(bytes: Buffer, from: number, digits: number, to: number): number {
  if (from + digits > to) return -1
  let value = 0
  for (let at = from; at < from + digits; at++) {
    const digit = hexValue[bytes[at] as number] as number
    if (digit < 0) return -1
    value = value * 16 + digit
  }
  return value
}

/** Writes one code point below 65536. */
function utf8(target: Buffer, at: number, code: number): number {
  if (code < 0x80) {
    target[at] = code
    return 1
  }
  if (code < 0x800) {
    target[at] = 0xc0 | (code >> 6)
    target[at + 1] = 0x80 | (code & 0x3f)
    return 2
  }
  target[at] = 0xe0 | (code >> 12)
  target[at + 1] = 0x80 | ((code >> 6) & 0x3f)
  target[at + 2] = 0x80 | (code & 0x3f)
  return 3
}
