/** A recipe's params as flags of the command line. */
import { type Command, Option } from 'commander'
import type { ParamDoc } from '../params/param-docs.ts'

/** What the flags were given; params that were not named are left out. */
export type FlagValues = Readonly<Record<string, string | boolean | readonly string[]>>

/** Declares one flag per param (two for a boolean), with its help. */
export function addParamFlags(command: Command, docs: readonly ParamDoc[], recipe: string): void {
  for (const doc of docs) for (const option of optionsOf(doc, recipe)) command.addOption(option)
}

/** Reads the params out of what commander parsed. */
export function paramValues(
  options: Readonly<Record<string, unknown>>,
  docs: readonly ParamDoc[],
): FlagValues {
  return Object.fromEntries(
    docs.flatMap(doc => {
      const value = options[new Option(doc.flag).attributeName()]
      if (!isFlagValue(value)) return []
      // Of a flag that begins with --no- and takes a value, the command line's parser holds `true` when it is not given.
      if (value === true && doc.negation === undefined) return []
      return [[doc.name, Array.isArray(value) && value.length === 1 ? value[0] : value]]
    }),
  )
}

function optionsOf(doc: ParamDoc, recipe: string): readonly Option[] {
  const group = `Params of ${recipe}:`
  const help = helpOf(doc)
  if (doc.negation !== undefined) {
    return [
      new Option(doc.flag, help).helpGroup(group),
      new Option(doc.negation, `the opposite of ${doc.flag}`).helpGroup(group),
    ]
  }
  // All values are kept: whether more than one makes sense is for the param's type to say.
  const option = new Option(`${doc.flag} <${doc.placeholder ?? 'value'}>`, help)
    .helpGroup(group)
    .argParser((value: string, before: unknown) => [...(Array.isArray(before) ? before : []), value])
  return [option]
}

function helpOf(doc: ParamDoc): string {
  const extra = [
    doc.kind === 'text' || doc.kind === 'boolean' || doc.kind === 'choice' ? undefined : doc.type,
    doc.kind === 'list' ? 'may be repeated' : undefined,
    doc.default !== undefined ? `default: ${doc.default === '' ? "''" : doc.default}` : undefined,
    doc.required ? 'required' : undefined,
  ].filter(part => part !== undefined)
  return [doc.help, extra.length > 0 ? `(${extra.join('; ')})` : ''].filter(part => part !== '').join(' ')
}

function isFlagValue(value: unknown): value is string | boolean | readonly string[] {
  if (typeof value === 'string' || typeof value === 'boolean') return true
  return Array.isArray(value) && value.every(each => typeof each === 'string')
}
