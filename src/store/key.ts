/** Names of objects: a grammar that means the same in a file system, in a URL and in a signature. */
import { inputError } from '../base/errors.ts'

const segment = /^[A-Za-z0-9_=~-][A-Za-z0-9._=~-]*$/
/** S3 takes 1024 bytes, the prefix of the store's URL included; file systems 255 a segment, and a temporary name is longer. */
const longestKey = 700
const longestSegment = 200

/** Why a text is no key. Undefined: it is one. */
export function keyFault(key: string): string | undefined {
  if (key.length > longestKey) return `it is longer than ${longestKey} characters`
  for (const part of key.split('/')) {
    if (part === '') return 'a segment is empty'
    if (part.length > longestSegment) return `a segment is longer than ${longestSegment} characters`
    if (!segment.test(part))
      return 'a segment has other characters than A-Z a-z 0-9 . _ = ~ -, or begins with a dot'
  }
  return undefined
}

/** @throws an input error where a text is no key. */
export function checkKey(key: string): void {
  const fault = keyFault(key)
  if (fault === undefined) return
  throw inputError(`${JSON.stringify(key)} cannot be the name of an object`, {
    detail: fault,
    next: 'Make each segment of a foreign text with keySegment.',
  })
}

/** @throws an input error where a text cannot be the beginning of a key. */
export function checkKeyPrefix(prefix: string): void {
  // A prefix may end with a slash or within a segment: with one more letter it is a key.
  if (prefix !== '') checkKey(`${prefix}x`)
}

/**
 * One segment that stands for any text (a database, a table, a day) and for no other: what a key cannot hold is written as
 * `~` and two hex digits for each byte of its UTF-8, and so is `~`. `segmentText` reads it back.
 */
export function keySegment(text: string): string {
  const written = [...Buffer.from(text)]
    .map((byte, index) => {
      const character = String.fromCharCode(byte)
      const plain = index === 0 ? /[A-Za-z0-9_=-]/ : /[A-Za-z0-9._=-]/
      return plain.test(character) ? character : `~${byte.toString(16).padStart(2, '0').toUpperCase()}`
    })
    .join('')
  if (written === '' || written.length > longestSegment)
    throw inputError(`${JSON.stringify(text)} cannot be part of an object's name`, {
      detail: written === '' ? 'it is empty' : `it takes more than ${longestSegment} characters`,
    })
  return written
}
