/** Reads a zod type: what kind of value it takes, and how to say that to a person. */
import type { z } from 'zod'
import { isSecretType } from './secret-type.ts'

type AnyType = z.core.$ZodType

/** How a value is written in a flag or in ops.ini. */
export type ParamKind =
  | { readonly kind: 'text' | 'number' | 'boolean' | 'bigint' | 'date' | 'json' | 'secret' }
  | { readonly kind: 'choice'; readonly choices: readonly (string | number | boolean | bigint)[] }
  | { readonly kind: 'list'; readonly element: AnyType; readonly isSet: boolean }
  | { readonly kind: 'either'; readonly options: readonly AnyType[] }

/** The kind of a type, through `.optional()`, `.default()`, `.transform()` and the like. */
export function kindOf(type: AnyType): ParamKind {
  const inner = unwrap(type)
  const { def } = (inner as z.core.$ZodTypes)._zod
  if (isSecretType(inner)) return { kind: 'secret' }
  switch (def.type) {
    case 'string':
    case 'template_literal':
      return { kind: 'text' }
    case 'number':
    case 'nan':
      return { kind: 'number' }
    case 'boolean':
    case 'bigint':
    case 'date':
      return { kind: def.type }
    case 'enum':
      return { kind: 'choice', choices: enumValues(def.entries) }
    case 'literal':
      return { kind: 'choice', choices: def.values.filter(value => value !== null && value !== undefined) }
    case 'array':
      return { kind: 'list', element: def.element, isSet: false }
    case 'set':
      return { kind: 'list', element: def.valueType, isSet: true }
    case 'union':
      return unionKind(def.options)
    case 'object':
    case 'record':
    case 'map':
    case 'tuple':
    case 'intersection':
      return { kind: 'json' }
    default:
      return { kind: 'text' }
  }
}

/** The type below every wrapper that does not change how a value is written. */
export function unwrap(type: AnyType): AnyType {
  if (isSecretType(type)) return type
  const { def } = (type as z.core.$ZodTypes)._zod
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'readonly':
    case 'catch':
      return unwrap(def.innerType)
    case 'pipe':
      // `z.preprocess` begins with a function: what it must bring forth says more.
      return unwrap((def.in as z.core.$ZodTypes)._zod.def.type === 'transform' ? def.out : def.in)
    case 'lazy':
      return unwrap(def.getter())
    default:
      return type
  }
}

/** A type for people: `whole number from 1 to 65535`, `list of text`. */
export function typeText(type: AnyType): string {
  const inner = unwrap(type)
  const kind = kindOf(inner)
  switch (kind.kind) {
    case 'choice':
      return kind.choices.map(String).join(' | ')
    case 'list':
      return `list of ${typeText(kind.element)}`
    case 'either':
      return [...new Set(kind.options.map(typeText))].join(' or ')
    case 'number':
      return numberText(inner)
    case 'text':
      return stringText(inner)
    case 'boolean':
      return 'yes or no'
    case 'bigint':
      return 'whole number'
    case 'json':
      return 'JSON'
    default:
      return kind.kind
  }
}

function unionKind(options: readonly AnyType[]): ParamKind {
  const kinds = options.map(kindOf)
  const choices = kinds.flatMap(kind => (kind.kind === 'choice' ? kind.choices : []))
  if (kinds.every(kind => kind.kind === 'choice')) return { kind: 'choice', choices }
  return { kind: 'either', options }
}

/** TypeScript's numeric enums hold each value's name as well, under the number. */
function enumValues(entries: Readonly<Record<string, string | number>>): readonly (string | number)[] {
  return Object.entries(entries).flatMap(([name, value]) => (/^-?\d+$/.test(name) ? [] : [value]))
}

function numberText(type: AnyType): string {
  const { format, minValue, maxValue } = type as z.ZodNumber
  const low = bound(minValue)
  const high = bound(maxValue)
  const noun = /int/.test(format ?? '') ? 'whole number' : 'number'
  if (low !== undefined && high !== undefined) return `${noun} from ${low} to ${high}`
  if (low !== undefined) return `${noun}, ${low} or more`
  return high === undefined ? noun : `${noun}, ${high} or less`
}

/** `.int()` alone sets the limits of exact numbers, which say nothing to a person. */
function bound(value: number | null | undefined): number | undefined {
  return typeof value !== 'number' || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? undefined : value
}

/** Formats that a person knows by name; others, such as `regex`, say nothing. */
const namedFormats = [
  'email',
  'url',
  'uuid',
  'ipv4',
  'ipv6',
  'cidrv4',
  'cidrv6',
  'date',
  'datetime',
  'time',
  'hostname',
]

function stringText(type: AnyType): string {
  const { format } = type as z.ZodString
  return typeof format === 'string' && namedFormats.includes(format) ? format : 'text'
}
