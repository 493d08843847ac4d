/** The text of a `.env` file, which compose reads back as just these values. */
import { Secret } from '../../base/secret.ts'

const plain = /^[A-Za-z0-9_./:@%+,-]+$/

/** Each value in the quotes in which compose takes nothing in it for more than itself. */
export function envText(env: Readonly<Record<string, string | Secret>>): string {
  return Object.entries(env)
    .map(([name, value]) => `${name}=${quoted(value instanceof Secret ? value.reveal() : value)}\n`)
    .join('')
}

function quoted(value: string): string {
  if (plain.test(value)) return value
  if (!/['\\\n]/.test(value)) return `'${value}'`
  return `"${value.replaceAll(/[\\"$]/g, '\\$&').replaceAll('\n', '\\n')}"`
}
