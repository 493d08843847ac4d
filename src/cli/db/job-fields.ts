/** The options of a job, from flags or from a job file, checked by the one declaration of its kind. */
import { type Command, Option } from 'commander'
import { z } from 'zod'
import { type ErrorData, inputError, type SourceLocation } from '../../base/errors.ts'
import { didYouMean } from '../../base/nearest.ts'
import type { JobKind, JobShape, ValuesOf } from '../../jobs/options.ts'
import { describeParams, type ParamDoc } from '../../params/param-docs.ts'
import { readText } from '../../params/param-text.ts'
import { kebab } from '../flags.ts'

type Fields = Readonly<Record<string, unknown>>

/** How errors call the options of a job: `--older-than`, or `olderThan` with its line. */
export interface FieldPlaces {
  label(name: string): string
  where(name: string): SourceLocation | undefined
  /** What to do about one that is missing. */
  missing(doc: ParamDoc, word: string): string
}

/** Declares the flags; a boolean has the one of its two that changes something. */
export function addJobFlags(command: Command, { options, operands, words, without = {} }: JobKind): void {
  for (const name of Object.keys(without)) command.addOption(new Option(`--${kebab(name)} <text>`).hideHelp())
  for (const doc of describeParams(options)) {
    if (operands.includes(doc.name)) continue
    if (doc.negation !== undefined) {
      const [shown, hidden] = doc.default === 'true' ? [doc.negation, doc.flag] : [doc.flag, doc.negation]
      command.addOption(new Option(shown, doc.help)).addOption(new Option(hidden).hideHelp())
      continue
    }
    const word = doc.choices === undefined ? wordOf(words, doc) : doc.placeholder
    const help = `${doc.help}${doc.default === undefined || doc.default === '' ? '' : ` (default: ${doc.default})`}`
    const option = new Option(`${doc.flag} <${word}>`, help)
    // All values are kept, for lists; of others the last one counts.
    command.addOption(option.argParser((value: string, before: unknown) => [...[before ?? []].flat(), value]))
  }
}

/** What operands and flags say, as the values that a job file would write. */
export function fieldsOfArgv(
  kind: JobKind,
  operands: readonly string[],
  options: Fields,
  errors: ErrorData[],
): Fields {
  const fields: Record<string, unknown> = {}
  for (const [index, name] of kind.operands.entries()) {
    if (operands[index] !== undefined) fields[name] = operands[index]
  }
  const more = operands.slice(kind.operands.length)
  if (more.length > 0) {
    const next = `One ${kind.name} is one command. A word with blanks in it stands in quotes.`
    errors.push(inputError(`${kind.name} does not know what to do with ${more.join(' ')}`, { next }).data)
  }
  for (const [name, next] of Object.entries(kind.without ?? {})) {
    if (options[name] !== undefined)
      errors.push(inputError(`${kind.name} has no --${kebab(name)}`, { next }).data)
  }
  for (const doc of describeParams(kind.options)) {
    if (kind.operands.includes(doc.name)) continue
    const given = options[new Option(doc.flag).attributeName()]
    const type = kind.options[doc.name]
    if (given === undefined || type === undefined || (given === true && doc.negation === undefined)) continue
    if (typeof given === 'boolean') {
      fields[doc.name] = given
      continue
    }
    const texts = given as readonly string[]
    const isRepeated = doc.kind === 'list' && kind.commas?.includes(doc.name) !== true
    const reading = isRepeated
      ? { value: texts }
      : readText(type, doc.kind === 'list' ? texts : (texts.at(-1) ?? ''))
    // One that could not be read is there, though it has no value.
    fields[doc.name] = 'value' in reading ? reading.value : undefined
    // A field of the input may have no name: an empty word by itself is that one.
    if (doc.kind === 'list' && !isRepeated && texts.includes('') && Array.isArray(fields[doc.name]))
      fields[doc.name] = [...(fields[doc.name] as readonly unknown[]), '']
    if ('problem' in reading) errors.push(wrongField(argvPlaces(kind), doc, given, reading.problem))
  }
  return fields
}

/** The values that the job gets; undefined where something is wrong with them, which is added to `errors`. */
export function checkFields<Shape extends JobShape>(
  kind: JobKind<Shape>,
  fields: Fields,
  places: FieldPlaces,
  errors: ErrorData[],
): ValuesOf<Shape> | undefined {
  const before = errors.length
  const docs = describeParams(kind.options)
  const known = docs.map(doc => doc.name)
  for (const name of Object.keys(fields).filter(each => !known.includes(each))) {
    const next = kind.without?.[name] ?? `${didYouMean(name, known)}It takes ${known.join(', ')}.`
    errors.push(atField(places, name, `${kind.name} has no ${name}`, next))
  }
  const values: Record<string, unknown> = {}
  for (const doc of docs) {
    const type = kind.options[doc.name]
    if (type === undefined) continue
    const value = fields[doc.name]
    const parsed = z.safeParse(type, value)
    if (parsed.success) values[doc.name] = parsed.data
    else if (value === undefined) {
      if (Object.hasOwn(fields, doc.name)) continue
      const title = kind.operands.includes(doc.name)
        ? `no ${doc.name} given`
        : `${places.label(doc.name)} is missing`
      errors.push(atField(places, doc.name, title, places.missing(doc, wordOf(kind.words, doc))))
    } else {
      const problem = parsed.error.issues.map(issue => issue.message).join('; ')
      errors.push(wrongField(places, doc, value, problem))
    }
  }
  return errors.length === before ? (values as ValuesOf<Shape>) : undefined
}

/** An error of one option: `--older-than sixmonths is no age`. */
export function atField(places: FieldPlaces, name: string, title: string, next: string): ErrorData {
  const where = places.where(name)
  return inputError(title, { ...(where && { where }), next }).data
}

export function argvPlaces({ operands }: Pick<JobKind, 'operands'>): FieldPlaces {
  return {
    label: name => (operands.includes(name) ? name : `--${kebab(name)}`),
    where: () => undefined,
    missing: (doc, word) =>
      operands.includes(doc.name) ? doc.help : `Write ${doc.flag} <${word}>: ${doc.help}.`,
  }
}

function wrongField(places: FieldPlaces, doc: ParamDoc, value: unknown, problem: string): ErrorData {
  const shown = typeof value === 'string' ? value : Array.isArray(value) ? value.join(',') : String(value)
  const between = problem.startsWith('is ') ? ' ' : ': '
  const title = `${places.label(doc.name)} ${clip(shown)}${between}${problem}`
  return atField(places, doc.name, title, `${doc.name} is ${doc.type}: ${doc.help}`)
}

function wordOf(words: JobKind['words'], { name, placeholder }: ParamDoc): string {
  return words?.[name] ?? placeholder ?? 'text'
}

function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
