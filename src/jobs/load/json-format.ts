/**
 * One JSON object a line. Numbers stay the digits that they are, objects and arrays the text that they are: nothing is
 * made a JavaScript value, which would lose digits beyond 2^53.
 */
import { isUtf8 } from 'node:buffer'
import { byteOrderMark, cellKinds, type InputRecord, type RecordFormat } from './record.ts'

const lineFeed = 0x0a
const quote = 0x22
const backslash = 0x5c
const space = 0x20

/** `names` are the keys that cells are put in the order of. */
export class JsonFormat implements RecordFormat {
  readonly lines = 1
  readonly #places: ReadonlyMap<string, number>
  readonly #count: number

  constructor(names: readonly string[]) {
    this.#places = new Map(names.map((name, index) => [Buffer.from(name).toString('latin1'), index]))
    this.#count = names.length
  }

  read(record: InputRecord, from: number, isLast: boolean): number {
    const { bytes } = record
    const found = bytes.indexOf(lineFeed, from)
    if (found === -1 && !isLast) return -1
    const end = found === -1 ? bytes.length : found
    if (isBlank(bytes, from, end)) {
      record.add(from, from, cellKinds.bare)
    } else {
      record.fill(this.#count, cellKinds.missing)
      record.problem = this.#object(record, from, end)
    }
    return found === -1 ? bytes.length : found + 1
  }

  #object(record: InputRecord, from: number, end: number): string | undefined {
    for (const member of members(record.bytes, from, end)) {
      if ('problem' in member) return member.problem
      const place = this.#places.get(member.key)
      const name = (): string => Buffer.from(member.key, 'latin1').toString('utf8')
      if (place === undefined) return `its key ${name()} is none of those of the lines before`
      if (record.kinds[place] !== cellKinds.missing) return `its key ${name()} stands twice`
      record.set(place, member.start, member.end, member.kind)
    }
    return undefined
  }
}

/** The keys of one line, in their order. */
export function jsonKeys(bytes: Buffer): readonly string[] | { readonly problem: string } {
  const keys: string[] = []
  for (const member of members(bytes, 0, bytes.length)) {
    if ('problem' in member) return { problem: member.problem }
    keys.push(Buffer.from(member.key, 'latin1').toString('utf8'))
  }
  return keys
}

interface Member {
  /** Its bytes, one a character. */
  readonly key: string
  readonly start: number
  readonly end: number
  readonly kind: number
}

function* members(
  bytes: Buffer,
  from: number,
  end: number,
): Generator<Member | { readonly problem: string }> {
  let at = skip(bytes, from, end)
  if (byteOrderMark.equals(bytes.subarray(at, at + byteOrderMark.length)))
    return yield {
      problem:
        'it begins with a byte order mark, as a second file does that was put behind the first: take the mark out',
    }
  if (bytes[at] !== 0x7b) return yield { problem: 'it is no JSON object' }
  at = skip(bytes, at + 1, end)
  if (bytes[at] === 0x7d) return yield* atEnd(bytes, at + 1, end)
  for (;;) {
    if (bytes[at] !== quote) return yield { problem: 'a key of its JSON does not begin with a quote' }
    const keyEnd = stringEnd(bytes, at + 1, end)
    if (keyEnd === -1) return yield { problem: 'its JSON ends in the middle of a string' }
    const raw = bytes.subarray(at + 1, keyEnd)
    const decoded = raw.includes(backslash) ? decode(raw) : raw
    if (typeof decoded === 'string') return yield { problem: decoded }
    at = skip(bytes, keyEnd + 1, end)
    if (bytes[at] !== 0x3a) return yield { problem: 'a colon is missing in its JSON' }
    at = skip(bytes, at + 1, end)
    const value = valueAt(bytes, at, end)
    if ('problem' in value) return yield value
    yield { key: decoded.toString('latin1'), ...value }
    at = skip(bytes, value.next, end)
    if (bytes[at] === 0x2c && at < end) {
      at = skip(bytes, at + 1, end)
      continue
    }
    if (bytes[at] !== 0x7d || at >= end)
      return yield { problem: 'its JSON has no end, or a comma is missing' }
    return yield* atEnd(bytes, at + 1, end)
  }
}

function* atEnd(bytes: Buffer, from: number, end: number): Generator<{ readonly problem: string }> {
  if (skip(bytes, from, end) < end) yield { problem: 'something stands behind its JSON object' }
}

interface Value {
  readonly start: number
  readonly end: number
  readonly kind: number
  readonly next: number
}

function valueAt(bytes: Buffer, at: number, end: number): Value | { readonly problem: string } {
  if (bytes[at] === quote) return stringAt(bytes, at, end)
  const isNested = bytes[at] === 0x7b || bytes[at] === 0x5b
  const next = isNested ? nestedEnd(bytes, at, end) : wordEnd(bytes, at, end)
  if (next === -1) return { problem: 'its JSON ends in the middle of a value' }
  const word = bytes.toString('latin1', at, isNested ? at + 1 : next)
  const place = { start: at, end: next, next }
  if (isNested) {
    try {
      JSON.parse(bytes.toString('utf8', at, next))
    } catch {
      return { problem: 'it is no JSON: a value in it is not well-formed' }
    }
    return { ...place, kind: cellKinds.quoted }
  }
  if (word === 'null') return { ...place, kind: cellKinds.isNull }
  if (word === 'true' || word === 'false') return { ...place, kind: cellKinds.truth }
  if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(word))
    return { problem: `it is no JSON: ${JSON.stringify(word.slice(0, 40))} is no value` }
  return { ...place, kind: cellKinds.quoted }
}

function stringAt(bytes: Buffer, at: number, end: number): Value | { readonly problem: string } {
  const close = stringEnd(bytes, at + 1, end)
  if (close === -1) return { problem: 'its JSON ends in the middle of a string' }
  let isEscaped = false
  for (let each = at + 1; each < close; each++) {
    const byte = bytes[each] ?? 0
    if (byte === backslash) isEscaped = true
    else if (byte < space) return { problem: 'a string of its JSON holds a control character' }
  }
  if (isEscaped) {
    const decoded = decode(bytes.subarray(at + 1, close))
    if (typeof decoded === 'string') return { problem: decoded }
  }
  const kind = isEscaped ? cellKinds.jsonEscaped : cellKinds.quoted
  return { start: at + 1, end: close, kind, next: close + 1 }
}

/** The text of a string, or what is wrong with it. */
function decode(raw: Buffer): Buffer | string {
  if (!isUtf8(raw)) return 'a string of its JSON is no UTF-8'
  try {
    const text = JSON.parse(`"${raw.toString('utf8')}"`) as string
    return text.isWellFormed() ? Buffer.from(text) : 'a \\u of its JSON is half a character'
  } catch {
    return 'a string of its JSON has a backslash that means nothing'
  }
}

function stringEnd(bytes: Buffer, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    const byte = bytes[at]
    if (byte === backslash) at += 1
    else if (byte === quote) return at
  }
  return -1
}

function nestedEnd(bytes: Buffer, from: number, end: number): number {
  let depth = 0
  for (let at = from; at < end; at++) {
    const byte = bytes[at]
    if (byte === quote) {
      at = stringEnd(bytes, at + 1, end)
      if (at === -1) return -1
    } else if (byte === 0x7b || byte === 0x5b) depth += 1
    else if (byte === 0x7d || byte === 0x5d) {
      depth -= 1
      if (depth === 0) return at + 1
    }
  }
  return -1
}

function wordEnd(bytes: Buffer, from: number, end: number): number {
  let at = from
  while (at < end) {
    const byte = bytes[at] ?? 0
    if (byte <= space || byte === 0x2c || byte === 0x7d) break
    at += 1
  }
  return at
}

function skip(bytes: Buffer, from: number, end: number): number {
  let at = from
  while (at < end && [space, 0x09, 0x0d].includes(bytes[at] ?? 0)) at += 1
  return at
}

function isBlank(bytes: Buffer, from: number, end: number): boolean {
  return skip(bytes, from, end) === end
}
