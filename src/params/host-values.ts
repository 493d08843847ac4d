/** Values of hosts against the schema of the project: each text typed, or what is wrong with it and where. */
import { z } from 'zod'
import { type ErrorData, inputError, type SourceLocation } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'
import { typeDoc, valueText } from './doc.ts'
import { kindOf } from './kind.ts'
import { checkedValue } from './resolve.ts'
import { isSecretReference } from './secret-program.ts'
import type { ParamShape } from './shape.ts'

/** A value as it was written in ops.ini. */
export interface WrittenValue {
  readonly name: string
  readonly value: string | readonly string[]
  readonly where: SourceLocation
  readonly valueWhere: SourceLocation
}

/** What one host has under a name of the schema. */
export type TypedValue =
  | { readonly name: string; readonly value: unknown; readonly written?: WrittenValue }
  | { readonly name: string; readonly secret: WrittenValue }
  | { readonly name: string; readonly missing: string }
  /** What `sectionErrors` says of it. */
  | { readonly name: string; readonly wrong: ErrorData }

/** All that is wrong with one section; which host it is for does not matter. */
export function sectionErrors(
  shape: ParamShape,
  section: string,
  written: readonly WrittenValue[],
  schemaFile: string,
): readonly ErrorData[] {
  const seen = new Map<string, WrittenValue>()
  return written.flatMap(each => {
    const other = seen.get(each.name)
    seen.set(each.name, each)
    const type = Object.hasOwn(shape, each.name) ? shape[each.name] : undefined
    if (type === undefined) {
      const next = `${didYouMean(each.name, Object.keys(shape))}${schemaFile} says which values there are.`
      return [
        inputError(`${section} sets ${each.name}, but hosts have no such value`, { where: each.where, next })
          .data,
      ]
    }
    if (other) {
      const title = `${section} sets ${each.name} twice, first on line ${other.where.line}`
      return [inputError(title, { where: each.where, next: 'Leave one out.' }).data]
    }
    const problem = problemOf(type, each)
    return problem === undefined ? [] : [wrongValue(type, each, problem)]
  })
}

/** The value of each name of the schema for one host. */
export function typedValues(
  shape: ParamShape,
  held: ReadonlyMap<string, WrittenValue>,
): readonly TypedValue[] {
  return Object.entries(shape).map(([name, type]): TypedValue => {
    const written = held.get(name)
    if (written && isSecretKind(type)) return { name, secret: written }
    if (written) {
      const outcome = checked(type, written)
      return 'problem' in outcome
        ? { name, wrong: wrongValue(type, written, outcome.problem) }
        : { name, value: outcome.value, written }
    }
    const absent = z.safeParse(type, undefined)
    if (absent.success) return { name, value: absent.data }
    return { name, missing: typeDoc(type).type }
  })
}

/** A value as somebody would write it, for people. */
export const shownValue = (value: unknown): string => valueText(value) ?? ''

const isSecretKind = (type: z.core.$ZodType): boolean => kindOf(type).kind === 'secret'

function checked(type: z.core.$ZodType, { value, where }: WrittenValue) {
  return checkedValue(type, { value, cwd: where.file.replace(/\/[^/]*$/, '') || '/' })
}

/** A secret is fetched when a recipe reads it, and not before: here its form counts. */
function problemOf(type: z.core.$ZodType, written: WrittenValue): string | undefined {
  if (isSecretKind(type)) {
    const { value } = written
    return typeof value === 'string' && (/^@./.test(value) || isSecretReference(value))
      ? undefined
      : 'a secret does not stand in ops.ini: write @FILE, or name a program (age:FILE, op://...)'
  }
  const outcome = checked(type, written)
  return 'problem' in outcome ? outcome.problem : undefined
}

function wrongValue(
  type: z.core.$ZodType,
  { name, value, valueWhere }: WrittenValue,
  problem: string,
): ErrorData {
  const doc = typeDoc(type)
  const shown = isSecretKind(type) ? '' : ` ${clip([value].flat().join(','))}`
  return inputError(`${name}${shown}: ${problem}`, {
    where: valueWhere,
    next: `${name} is ${doc.type}${doc.help === '' ? '.' : `: ${doc.help}`}`,
  }).data
}

function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
