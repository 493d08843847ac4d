/** Writes plain data as the TypeScript that a person would write, for examples in docs. */

import { Secret } from '../../base/secret.ts'

const width = 90

/** One line where it fits, else one property a line. */
export function codeText(value: unknown, indent = ''): string {
  const line = oneLine(value)
  if (
    value instanceof Secret ||
    indent.length + line.length <= width ||
    typeof value !== 'object' ||
    value === null
  )
    return line
  const inner = `${indent}  `
  if (Array.isArray(value)) {
    return `[\n${value.map(each => `${inner}${codeText(each, inner)},\n`).join('')}${indent}]`
  }
  const properties = Object.entries(value).filter(([, each]) => each !== undefined)
  return `{\n${properties.map(([key, each]) => `${inner}${keyText(key)}: ${codeText(each, inner)},\n`).join('')}${indent}}`
}

function oneLine(value: unknown): string {
  if (typeof value === 'string') return stringText(value)
  if (value instanceof Secret) return 'params.secret'
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  const properties = Object.entries(value).filter(([, each]) => each !== undefined)
  if (properties.length === 0) return '{}'
  return `{ ${properties.map(([key, each]) => `${keyText(key)}: ${oneLine(each)}`).join(', ')} }`
}

function keyText(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : stringText(key)
}

/** Single quotes, as everywhere in this project; JSON knows all the escapes. */
function stringText(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  return `'${escaped}'`
}
