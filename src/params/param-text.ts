/** Reads the text of a flag or of ops.ini as the kind of value that a param's type takes. */
import { z } from 'zod'
import { kindOf } from './kind.ts'

/** The value to give to the type, or what is wrong with the text. */
export type Reading = { readonly value: unknown } | { readonly problem: string }

const numeral = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const yes = ['true', 'yes', 'on', '1']
const no = ['false', 'no', 'off', '0']

/**
 * One value from one text, or from several for a list. In a list commas separate elements; a text that begins with `[`
 * is JSON, for elements that hold commas. What remains to be checked is the type's own work.
 */
export function readText(type: z.core.$ZodType, text: string | readonly string[]): Reading {
  const kind = kindOf(type)
  if (kind.kind === 'list') {
    const list = readList(kind.element, typeof text === 'string' ? [text] : text)
    return 'values' in list ? { value: kind.isSet ? new Set(list.values) : list.values } : list
  }
  if (typeof text !== 'string') {
    const [only] = text
    if (only === undefined || text.length > 1) return { problem: 'given more than once' }
    return readText(type, only)
  }
  switch (kind.kind) {
    case 'number':
      return numeral.test(text.trim()) ? { value: Number(text) } : { problem: 'not a number' }
    case 'bigint':
      return /^[+-]?\d+$/.test(text.trim()) ? { value: BigInt(text) } : { problem: 'not a whole number' }
    case 'boolean':
      return readBoolean(text)
    case 'date': {
      const value = new Date(text)
      return Number.isNaN(value.getTime()) ? { problem: 'not a date' } : { value }
    }
    case 'choice':
      return readChoice(kind.choices, text)
    case 'json':
      return readJson(text)
    case 'either':
      return readEither(kind.options, text)
    default:
      return { value: text }
  }
}

function readBoolean(text: string): Reading {
  const word = text.trim().toLowerCase()
  if (yes.includes(word)) return { value: true }
  return no.includes(word) ? { value: false } : { problem: 'neither yes nor no' }
}

function readChoice(choices: readonly unknown[], text: string): Reading {
  const found = choices.find(each => String(each) === text)
  return found === undefined ? { problem: `not one of ${choices.join(', ')}` } : { value: found }
}

function readJson(text: string): Reading {
  try {
    return { value: JSON.parse(text) }
  } catch (thrown) {
    return { problem: `not JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}` }
  }
}

/** The first option that takes it: `z.union([z.number(), z.literal('auto')])`. */
function readEither(options: readonly z.core.$ZodType[], text: string): Reading {
  const readings = options.map(option => ({ option, reading: readText(option, text) }))
  const fits = readings.find(
    ({ option, reading }) => 'value' in reading && z.safeParse(option, reading.value).success,
  )
  return fits?.reading ?? readings.find(({ reading }) => 'value' in reading)?.reading ?? { value: text }
}

/** `[::1]:80` begins like JSON, but is none. */
const addressInBrackets = /^\s*\[[\da-f.]*:[\da-f:.]*\]/i

function readList(
  element: z.core.$ZodType,
  texts: readonly string[],
): { readonly values: readonly unknown[] } | { readonly problem: string } {
  const values: unknown[] = []
  for (const text of texts) {
    if (text.trimStart().startsWith('[') && !addressInBrackets.test(text)) {
      const json = readJson(text)
      if ('problem' in json) return json
      if (!Array.isArray(json.value)) return { problem: 'not a JSON list' }
      values.push(...json.value)
      continue
    }
    for (const part of text.split(',').map(each => each.trim())) {
      if (part === '') continue
      const reading = readText(element, part)
      if ('problem' in reading) return { problem: `${JSON.stringify(part)} is ${reading.problem}` }
      values.push(reading.value)
    }
  }
  return { values }
}
