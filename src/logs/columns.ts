/** The columns of the table that a log becomes: its fields, and what can be worked out from them. */
import { type ErrorData, inputError } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'
import type { LogFormat } from './format.ts'

/** Where the cells of a column come from. */
export type ColumnSource =
  | { readonly kind: 'field'; readonly index: number }
  | { readonly kind: 'method' | 'target' | 'protocol'; readonly index: number }
  /** The time in UTC, as ISO 8601. */
  | { readonly kind: 'time'; readonly index: number }
  | { readonly kind: 'host' }
  /** A field that this format lacks and another one has. */
  | { readonly kind: 'empty' }

export interface Column {
  readonly name: string
  readonly source: ColumnSource
}

const ofRequest = ['method', 'target', 'protocol'] as const

/** Everything that there is to choose from, in the order of the line. `request` is followed by its three parts. */
function columnsOf(format: LogFormat): ReadonlyMap<string, ColumnSource> {
  const columns = new Map<string, ColumnSource>([['host', { kind: 'host' }]])
  const add = (name: string, source: ColumnSource): void => {
    if (!columns.has(name)) columns.set(name, source)
  }
  const names = new Set(format.fields.map(field => field.name))
  format.fields.forEach(({ name }, index) => {
    // A variable that has the name of a column of ours keeps it.
    columns.set(name, { kind: 'field', index })
    if (name !== 'request') return
    for (const kind of ofRequest) if (!names.has(kind)) add(kind, { kind, index })
  })
  const timeIndex = timeField(format)
  if (timeIndex >= 0) add('time', { kind: 'time', index: timeIndex })
  return columns
}

/** The field that tells when, or -1. */
export function timeField(format: LogFormat): number {
  return format.fields.findIndex(field => field.time !== undefined)
}

/** The names of the columns of all formats together, those of the first format first; `time` and `host` only if asked for. */
export function defaultNames(formats: readonly LogFormat[], wantsHost: boolean): readonly string[] {
  const own = new Set(formats.flatMap(format => format.fields.map(field => field.name)))
  const names = formats.flatMap(format => [...columnsOf(format).keys()])
  const shown = names.filter(name => own.has(name) || (name !== 'host' && name !== 'time'))
  return [...new Set([...(wantsHost ? ['host'] : []), ...shown])]
}

/** Every column of every format. */
export function allNames(formats: readonly LogFormat[]): readonly string[] {
  return [...new Set(formats.flatMap(format => [...columnsOf(format).keys()]))]
}

/** The columns with these names, for lines in one of the formats. */
export function columnsNamed(format: LogFormat, names: readonly string[]): readonly Column[] {
  const known = columnsOf(format)
  return names.map(name => ({ name, source: known.get(name) ?? { kind: 'empty' } }))
}

/** What `--fields` says; `$` in front of a name is read over. Adds names that no format has to `errors`. */
export function readFields(
  text: string,
  formats: readonly LogFormat[],
  errors: ErrorData[],
): readonly string[] {
  const names = text.split(',').map(name => name.trim().replace(/^\$/, ''))
  const known = allNames(formats)
  for (const name of names) {
    if (known.includes(name)) continue
    const next = `${didYouMean(name, known)}There are ${known.join(', ')}.`
    errors.push(inputError(`--fields: there is no field ${JSON.stringify(name)}`, { next }).data)
  }
  return names
}
