/** Reads the lines of an ini file with their numbers, which the parser of the package `ini` itself does not keep. */
import { unsafe } from 'ini'
import { type ErrorData, inputError, type SourceLocation } from '../base/errors.ts'

export interface IniEntry {
  readonly key: string
  /** Undefined for a key without `=`. */
  readonly value: string | undefined
  /** Written as `key[] = value`: one of a list. */
  readonly isElement: boolean
  readonly where: SourceLocation
  /** Where the value begins on that line, and the key, counted from 1. */
  readonly valueColumn?: number
  readonly keyColumn?: number
}

export interface IniSection {
  readonly name: string
  readonly entries: readonly IniEntry[]
  readonly where: SourceLocation
}

export interface IniFile {
  readonly sections: readonly IniSection[]
  readonly errors: readonly ErrorData[]
}

const longestLine = 65_536
const header = /^\[([^\]]*)\]\s*(?:[;#].*)?$/

/** Never throws: what is no ini becomes errors with their lines. */
export function readIniLines(text: string, file: string): IniFile {
  const sections: { name: string; entries: IniEntry[]; where: SourceLocation }[] = []
  const errors: ErrorData[] = []
  const refuse = (title: string, line: number, next: string): void => {
    errors.push(inputError(title, { where: { file, line }, next }).data)
  }
  for (const [index, raw] of text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const line = index + 1
    const content = raw.trim()
    if (content === '' || /^[;#]/.test(content)) continue
    if (content.length > longestLine || hasControlCharacters(content)) {
      const what =
        content.length > longestLine ? `is longer than ${longestLine} characters` : 'holds control characters'
      refuse(`line ${line} ${what}`, line, 'This does not look like an ops.ini.')
      if (errors.length > 20) return { sections, errors }
      continue
    }
    if (content.startsWith('[')) {
      const name = header.exec(content)?.[1]?.trim()
      if (name) sections.push({ name, entries: [], where: { file, line } })
      else refuse(`${shown(content)} is not a section`, line, 'Write it as `[name]` alone on its line.')
      continue
    }
    const entry = readEntry(content, { file, line }, raw.length - raw.trimStart().length)
    const section = sections.at(-1)
    if (entry === undefined)
      refuse(`${shown(content)} has no name before the =`, line, 'Write `name = value`.')
    else if (section === undefined)
      refuse(`${shown(entry.key)} stands before any section`, line, 'Put a section such as [hosts] above it.')
    else section.entries.push(entry)
  }
  return { sections, errors }
}

function readEntry(content: string, where: SourceLocation, indent: number): IniEntry | undefined {
  const equals = content.indexOf('=')
  const written = decoded(equals < 0 ? content : content.slice(0, equals))
  const isElement = written.length > 2 && written.endsWith('[]')
  const key = isElement ? written.slice(0, -2).trimEnd() : written
  if (key === '') return undefined
  const blanks = /^\s*/.exec(content.slice(equals + 1))?.[0].length ?? 0
  return {
    key,
    value: equals < 0 ? undefined : decoded(content.slice(equals + 1)),
    isElement,
    where,
    keyColumn: indent + 1,
    ...(equals >= 0 && { valueColumn: indent + equals + 2 + blanks }),
  }
}

/** A quoted value decodes as JSON: `"8080"` is text here, as it is without the quotes. */
function decoded(text: string): string {
  const value = unsafe(text)
  return typeof value === 'string' ? value : text.trim().replace(/^(['"])(.*)\1$/s, '$2')
}

function hasControlCharacters(text: string): boolean {
  return /[\0-\x08\x0b-\x1f\x7f]/.test(text)
}

function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text)
}
