/** What a zod type says of itself, for people: drives flags, help and the docs of recipes and resources. */
import { z } from 'zod'
import { kindOf, typeText } from './kind.ts'

export interface TypeDoc {
  /** For people: `whole number from 1 to 65535`. */
  readonly type: string
  readonly choices?: readonly string[]
  /** The default as somebody would write it. */
  readonly default?: string
  /** Neither optional nor with a default. */
  readonly required: boolean
  /** From `.describe()`; empty when the author gave none. */
  readonly help: string
}

/** Reads one type. */
export function typeDoc(type: z.core.$ZodType): TypeDoc {
  const choices = choicesOf(type)
  const absent = z.safeParse(type, undefined)
  const defaultText = absent.success ? valueText(absent.data) : undefined
  return {
    type: typeText(type),
    ...(choices && { choices }),
    ...(defaultText !== undefined && { default: defaultText }),
    required: !absent.success,
    help: helpOf(type),
  }
}

/** A value as somebody would write it; undefined for absent. */
export function valueText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (Array.isArray(value) && value.every(each => typeof each !== 'object' && !String(each).includes(','))) {
    return value.join(',')
  }
  if (typeof value === 'object' && !(value instanceof Date)) return JSON.stringify(value)
  return value instanceof Date ? value.toISOString() : String(value)
}

function choicesOf(type: z.core.$ZodType): readonly string[] | undefined {
  const kind = kindOf(type)
  if (kind.kind === 'choice') return kind.choices.map(String)
  if (kind.kind !== 'list') return undefined
  const element = kindOf(kind.element)
  return element.kind === 'choice' ? element.choices.map(String) : undefined
}

/** The outermost description wins: `.describe()` before or after `.default()` both count. */
function helpOf(type: z.core.$ZodType): string {
  let current: unknown = type
  while (typeof current === 'object' && current !== null && '_zod' in current) {
    const type = current as z.core.$ZodType
    const description = z.globalRegistry.get(type)?.description
    if (description !== undefined) return description
    const def: object = type._zod.def
    current = 'innerType' in def ? def.innerType : 'in' in def ? def.in : undefined
  }
  return ''
}
