/** A log format as data: the bytes that stand between the fields of a line, and what each field may hold. */

/** How the server wrote bytes that could end a field early: `\x22` and `\"`, JSON's escapes, or not at all. */
export type Escaping = 'hex' | 'json' | 'none'

/**
 * What a field may hold, so that the end of one is never taken for another's.
 * - `word`: no space; `number`: digits, `.` and `-`; `time`: what dates are written with
 * - `text`: anything, spaces too
 */
export type FieldClass = 'word' | 'number' | 'time' | 'text'

export type TimeNotation =
  | 'local'
  | 'iso8601'
  | 'seconds'
  | 'milliseconds'
  | 'microseconds'
  | { readonly strftime: string }

export interface LogField {
  /** The column's name: as nginx calls the variable, whichever server wrote the log. */
  readonly name: string
  readonly holds: FieldClass
  readonly time?: TimeNotation
}

export interface LogFormat {
  /** For messages: a known name, or the format itself. */
  readonly name: string
  readonly escaping: Escaping
  readonly fields: readonly LogField[]
  /** One more than fields: before the first, between each two, after the last. */
  readonly literals: readonly string[]
}

export type FormatPart = { readonly literal: string } | { readonly field: LogField }

/** Fields that servers write without anything between them, and what they are together. */
const together: Readonly<Record<string, string>> = {
  uri_query_string: 'request_uri',
  uri_is_args: 'uri',
  uri_args: 'request_uri',
}

/**
 * Joins literals, and gives each column a name of its own. Fields with nothing between them are one column: where one
 * ends and the other begins cannot be told from a line.
 */
export function formatOf(name: string, escaping: Escaping, parts: readonly FormatPart[]): LogFormat {
  const fields: LogField[] = []
  const literals = ['']
  for (const part of parts) {
    const last = fields.at(-1)
    if ('literal' in part) literals[literals.length - 1] += part.literal
    else if (last && literals.at(-1) === '' && last.holds !== 'number') {
      const both = `${last.name}_${part.field.name}`
      fields[fields.length - 1] = { name: together[both] ?? both, holds: 'text' }
    } else {
      fields.push(part.field)
      literals.push('')
    }
  }
  return { name, escaping, fields: withOwnNames(fields), literals }
}

function withOwnNames(fields: readonly LogField[]): readonly LogField[] {
  const taken = new Map<string, number>()
  return fields.map(field => {
    const times = (taken.get(field.name) ?? 0) + 1
    taken.set(field.name, times)
    return times === 1 ? field : { ...field, name: `${field.name}_${times}` }
  })
}
