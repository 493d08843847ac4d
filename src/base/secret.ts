/** A value that must never be printed, logged or put into an argument list. */
import { inspect } from 'node:util'

/** What stands wherever a secret would be printed. */
export const mask = '[secret]'

/** Holds a secret; every ordinary way of printing it yields `[secret]`. */
export class Secret {
  readonly #value: string
  constructor(value: string) {
    this.#value = value
  }
  /** The value itself: for shell text that goes over stdin, and nothing else. */
  reveal(): string {
    return this.#value
  }
  toString(): string {
    return mask
  }
  toJSON(): string {
    return mask
  }
  [inspect.custom](): string {
    return mask
  }
}

/** Shorter ones are masked only where they stand as words of their own: as parts they would blot out everything. */
const shortestPart = 4

/**
 * A function that replaces secrets in any text by `[secret]`, and the lines of those that have several. Nobody can tell
 * a secret that is a common word from that word, so the word is masked too: unreadable is better than told.
 */
export function masker(secrets: Iterable<string>): (text: string) => string {
  const parts = new Set<string>()
  const words = new Set<string>()
  for (const secret of secrets) {
    const lines = secret.split(/\r?\n/).filter(line => line.trim() !== '')
    if (lines.length > 1) parts.add(secret)
    for (const line of lines) {
      if (line.trim().length >= shortestPart) parts.add(line)
      else if (lines.length === 1) words.add(line)
    }
  }
  if (parts.size + words.size === 0) return text => text
  const whole = [...words].map(word => `(?<![\\p{L}\\p{N}_])${escaped(word)}(?![\\p{L}\\p{N}_])`)
  // The longest first, or a secret that holds another would leave its rest behind; what is masked already stays.
  const found = [...parts].sort((one, other) => other.length - one.length)
  const long = found.filter(part => part.length > longestPart)
  const patterns = patternsOf([...found.slice(long.length).map(escaped), ...whole])
  const separators = [mask, ...long, ...patterns]
  return text =>
    separators.reduce((between, each) => between.flatMap(piece => split(piece, each)), [text]).join(mask)
}

/** Longer ones are looked for one by one: a regular expression of some hundred kilobytes is refused. */
const longestPart = 2000
const longestPattern = 20_000

/** As few regular expressions as can hold all of these, in their order. */
function patternsOf(sources: readonly string[]): RegExp[] {
  const groups: string[][] = []
  let length = longestPattern
  for (const source of sources) {
    length += source.length
    if (length > longestPattern) {
      groups.push([])
      length = source.length
    }
    groups.at(-1)?.push(source)
  }
  return groups.map(group => new RegExp(group.join('|'), 'u'))
}

function split(text: string, separator: string | RegExp): string[] {
  return typeof separator === 'string' ? text.split(separator) : text.split(separator)
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
