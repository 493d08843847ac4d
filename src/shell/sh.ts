/** One tagged template for all shell text: every hole is quoted, so that data never becomes code. */
import { quote } from './quote.ts'

/** Shell text that is safe to run: made by `sh`, `raw` or `joinShell` only. */
export interface Shell {
  readonly shell: string
  /** The same in pieces, where a secret stands in it: for those who keep or show the text. */
  readonly parts?: readonly ShellPart[]
}

/** Text, or a secret that stands there as one quoted word. */
export type ShellPart = string | SecretValue

/** A value that is never printed: reports and errors show `[secret]`. Made by `secret()`. */
export interface SecretValue {
  reveal(): string
}

/** What may stand in a hole. Lists become several words; nested shell is inserted as it is. */
export type Hole = string | number | Shell | SecretValue | readonly (string | number | Shell | SecretValue)[]

/** Text of which the author vouches that it is shell, with the reason, so that a search for `raw(` finds them all. */
export function raw(reason: string, text: string): Shell {
  if (reason === '') throw new TypeError('raw() needs a reason')
  return { shell: text }
}

/**
 * Builds shell text. Strings and numbers are quoted as single words, lists as several.
 * @throws TypeError when a hole stands inside quotes or a comment, where quoting it would not protect.
 */
export function sh(strings: TemplateStringsArray, ...holes: readonly Hole[]): Shell {
  assertHolesStandBare(strings)
  return shellOf([
    strings[0] ?? '',
    ...holes.flatMap((hole, at) => [...partsOf(hole), strings[at + 1] ?? '']),
  ])
}

/** Joins shell texts, one a line; absent ones are dropped. */
export function joinShell(parts: readonly (Shell | undefined)[], separator = '\n'): Shell {
  const given = parts.flatMap(part => (part ? [part] : []))
  return shellOf(
    given.flatMap((part, at) => [...(at === 0 ? [] : [separator]), ...(part.parts ?? [part.shell])]),
  )
}

/** Makes one text of pieces, as `parts` of another one holds them. */
export function shellOf(parts: readonly ShellPart[]): Shell {
  const shell = parts.map(part => (typeof part === 'string' ? part : quote(part.reveal()))).join('')
  return parts.every(part => typeof part === 'string') ? { shell } : { shell, parts }
}

function partsOf(hole: Hole): readonly ShellPart[] {
  if (typeof hole === 'string') return [quote(hole)]
  if (typeof hole === 'number') return [quote(String(hole))]
  if ('shell' in hole) return hole.parts ?? [hole.shell]
  if ('reveal' in hole) return [hole]
  return hole.flatMap((each, at) => [...(at === 0 ? [] : [' ']), ...partsOf(each)])
}

const checked = new WeakSet<TemplateStringsArray>()

/** What the text so far is inside of: nothing, a quote, a comment, or a here-document (which never ends for us). */
type Inside = '' | '"' | "'" | '`' | '#' | '<<'

function assertHolesStandBare(strings: TemplateStringsArray): void {
  if (checked.has(strings)) return
  let inside: Inside = ''
  let before = '\n'
  for (const [index, part] of strings.entries()) {
    inside = insideAfter(part, inside, before)
    before = 'x'
    if (index < strings.length - 1 && inside !== '') {
      throw new TypeError(
        `sh: a hole inside ${inside} cannot be protected by quoting, after: ${part.slice(-40)}`,
      )
    }
  }
  if (inside === '"' || inside === "'" || inside === '`') {
    throw new TypeError(`sh: ${inside} is never closed in: ${strings.join('…').slice(0, 80)}`)
  }
  checked.add(strings)
}

/** `before` is the character in front of the part, a letter where a hole stands there. */
function insideAfter(part: string, start: Inside, before: string): Inside {
  let inside = start
  let previous = before
  for (let index = 0; index < part.length; index++) {
    const character = part[index] ?? ''
    if (inside === '<<') return inside
    if (inside === '#') {
      if (character === '\n') inside = ''
    } else if (inside === "'") {
      if (character === "'") inside = ''
    } else if (character === '\\') {
      index++
    } else if (inside === '"' || inside === '`') {
      if (character === inside) inside = ''
    } else if (character === '"' || character === "'" || character === '`') {
      inside = character
    } else if (character === '#' && /[\s;(&|]/.test(previous)) {
      inside = '#'
    } else if (character === '<' && previous === '<') {
      inside = '<<'
    }
    previous = character
  }
  return inside
}
