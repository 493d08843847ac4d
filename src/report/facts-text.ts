/** The facts of a host as `key: value` lines. */
import type { Facts } from '../run/facts.ts'
import { printableLine } from './printable.ts'
import type { Style } from './style.ts'

/** One block for one host. */
export function factsText(host: string, facts: Facts, style: Style): string {
  const rows = Object.entries(facts).flatMap(([key, value]) => rowsOf(key, value))
  const width = Math.max(0, ...rows.map(([key]) => key.length))
  return [
    style.bold(printableLine(host)),
    ...rows.map(([key, value]) => `  ${style.dim(key.padEnd(width))}  ${printableLine(value)}`),
  ].join('\n')
}

function rowsOf(key: string, value: unknown): [string, string][] {
  if (key === 'memoryBytes' && typeof value === 'number') return [[key, `${value} (${gibibytes(value)} GiB)`]]
  if (Array.isArray(value)) {
    if (value.every(item => typeof item === 'string')) return [[key, value.join(', ')]]
    return value.map((item, index) => [`${key}[${index}]`, flat(item)])
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([inner, item]) => rowsOf(`${key}.${inner}`, item))
  }
  return [[key, String(value)]]
}

function flat(item: unknown): string {
  if (typeof item !== 'object' || item === null) return String(item)
  return Object.entries(item)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ')
}

function gibibytes(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1)
}
