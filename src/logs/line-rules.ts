/** What a format says of the lines in it: which bytes each field may hold, and what stands between them. */
import type { FieldClass, LogFormat } from './format.ts'

/** What a field was seen to hold. */
export const marks = { stop: 1, csvQuote: 2, escape: 4, notText: 8 } as const

export interface FieldRule {
  /** The marks of each byte in this field; at a `stop` it ends. */
  readonly table: Uint8Array
  /** True where a field's own bytes may look like what follows it: each such place is tried. */
  readonly isOpen: boolean
  readonly mayBeEmpty: boolean
  readonly endsInAddress: boolean
}

export interface LineRules {
  readonly fields: readonly FieldRule[]
  /** One more than fields. */
  readonly literals: readonly Buffer[]
}

const quote = 0x22
const backslash = 0x5c

/** What every server writes something for: a line without it has lost it, and its other words are not where they seem. */
const alwaysThere: ReadonlySet<string> = new Set([
  'remote_addr',
  'status',
  'time_local',
  'time_iso8601',
  'msec',
])
/** A list to which nginx adds an address of its own: no end of it follows a comma. */
const endsInAddress: ReadonlySet<string> = new Set(['proxy_add_x_forwarded_for'])

export function lineRules({ fields, literals, escaping }: LogFormat): LineRules {
  const isEscaped = escaping !== 'none'
  const bytes = literals.map(text => Buffer.from(text))
  return {
    literals: bytes,
    fields: fields.map(({ name, holds }, index) => {
      const isQuoted =
        isEscaped && literals[index]?.endsWith('"') === true && literals[index + 1]?.startsWith('"') === true
      const table = byteTable(isQuoted ? 'text' : holds, isEscaped)
      const next = bytes[index + 1]?.[0]
      return {
        table,
        isOpen: next !== undefined && ((table[next] ?? 0) & marks.stop) === 0,
        mayBeEmpty: !alwaysThere.has(name),
        endsInAddress: endsInAddress.has(name),
      }
    }),
  }
}

const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39
const isLetter = (byte: number) => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a

/** The marks of each byte in a field of this kind. */
function byteTable(holds: FieldClass, isEscaped: boolean): Uint8Array {
  const table = new Uint8Array(256)
  for (let byte = 0; byte < 256; byte++) {
    const isAllowed =
      holds === 'text' ||
      (holds === 'word' && byte !== 0x20 && byte !== 0x09) ||
      (holds === 'number' && (isDigit(byte) || byte === 0x2e || byte === 0x2d)) ||
      (holds === 'time' && (isDigit(byte) || isLetter(byte) || ' +,-./:'.includes(String.fromCharCode(byte))))
    let bits = isAllowed ? 0 : marks.stop
    if (byte === quote && isEscaped) bits |= marks.stop
    if (byte === backslash && isEscaped) bits |= marks.escape
    if (byte === 0x2c || byte === quote || byte === 0x0d || byte === 0x0a) bits |= marks.csvQuote
    if (byte === 0 || byte > 0x7f) bits |= marks.notText
    table[byte] = bits
  }
  return table
}
