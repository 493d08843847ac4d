/** What an `option` step does to lines and texts that are known before any host is asked, as far as that is sure. */
import { Secret } from '../../base/secret.ts'
import type { TextEdit } from '../../engine/promised.ts'
import { linesOf } from '../line/in-text.ts'
import { type Format, type FormatName, formatOf, formats, type Manner, readingOf } from './formats.ts'

interface OptionParams extends Manner {
  readonly path: string
  readonly section?: string | undefined
  readonly key: string
  readonly value?: string | Secret | undefined
  readonly state: 'present' | 'absent'
  readonly format?: FormatName | undefined
}

/** Only what holds however the program reads the file. */
export function optionEdit(given: OptionParams): TextEdit {
  const { path, section, key, state } = given
  const name = given.format ?? formatOf(path)
  const { separator, before, first, dashes, ignoresCase } = readingOf(name, given)
  const known: Format | undefined = name === undefined ? undefined : formats[name]
  const value = given.value instanceof Secret ? given.value.reveal() : given.value
  const plainly = (text: string): string => {
    const dashed = dashes ? text.replaceAll('_', '-') : text
    return ignoresCase ? dashed.toLowerCase() : dashed
  }
  const wanted = plainly(key)
  /** What follows the key in a line that begins with it. */
  const valueIn = (line: string): string | undefined => {
    const text = line.trimStart()
    if (plainly(text.slice(0, key.length)) !== wanted) return undefined
    const rest = text.slice(key.length)
    const found = separator === '' ? /^(?:[ \t]+|[ \t]*=[ \t]*)(.*)$/.exec(rest) : assigned(rest, separator)
    return found?.[1] ?? (rest.trim() === '' ? '' : undefined)
  }
  const isOtherValue = (found: string): boolean => value !== undefined && bare(found) !== bare(value)
  const isAlone = known?.sections === 'none' && before === ''
  const takes = (line: string): boolean => {
    const found = isAlone ? valueIn(line) : undefined
    if (found === undefined) return false
    return state === 'absent' || (!first && isOtherValue(found))
  }
  if (state === 'absent') return { path, takes, accepts: text => !linesOf(text).some(takes) }
  const spellings = separator === '' ? [' '] : [separator, ` ${separator} `]
  return {
    path,
    leaves: value === undefined ? [key] : spellings.map(between => `${key}${between}${value}`),
    takes,
    // Without section and key it cannot be there, whatever the format.
    accepts: text => {
      const all = linesOf(text)
      const named = section?.toLowerCase() ?? ''
      const hasSection = all.some(line => line.toLowerCase().includes(named))
      return hasSection && all.some(line => plainly(line).includes(wanted)) && !isOther(all)
    },
  }

  /** The key stands once in a file without sections, with another value. */
  function isOther(lines: readonly string[]): boolean {
    const found = lines.flatMap(line => (/^\s/.test(line) ? [] : (valueIn(line) ?? [])))
    const isFollowed = lines.some(line => /^\s+\S/.test(line) || line.endsWith('\\'))
    return isAlone && !isFollowed && found.length === 1 && isOtherValue(found[0] ?? '')
  }
}

function assigned(rest: string, separator: string): RegExpExecArray | null {
  const text = rest.trimStart()
  return text.startsWith(separator) ? /^[ \t]*(.*)$/.exec(text.slice(separator.length)) : null
}

/** Quotes, blanks at the ends and a comment behind it are no other value. */
function bare(text: string): string {
  return text
    .replace(/[ \t]+[#;].*$/, '')
    .trim()
    .replace(/^(["'])(.*)\1$/, '$2')
}
