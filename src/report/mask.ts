/** The last guard against secrets in output: replaces known values in any event. */
import { masker } from '../base/secret.ts'

/** Their values come from lists of ours, or are names that are told anyway: a secret that is such a word stays unknown. */
const ownWords = new Set([
  'backend',
  'changed',
  'code',
  'event',
  'for',
  'host',
  'hosts',
  'key',
  'recipe',
  'status',
  'stream',
  'verb',
  'version',
])

/** Names of steps: the resource, which is a word of ours, and what it is about. */
const stepNames = new Set(['because', 'name', 'step'])

/** The same data with every known secret inside any string replaced by `[secret]`; the words of ops itself stay. */
export function masked<Data>(data: Data, secrets: ReadonlySet<string>): Data {
  return secrets.size === 0 ? data : (replaced(data, '', masker(secrets)) as Data)
}

function replaced(data: unknown, key: string, hide: (text: string) => string): unknown {
  if (typeof data === 'string') {
    if (ownWords.has(key)) return data
    const blank = stepNames.has(key) ? data.indexOf(' ') : 0
    return data.slice(0, Math.max(0, blank)) + hide(data.slice(Math.max(0, blank)))
  }
  if (Array.isArray(data)) return data.map(item => replaced(item, key, hide))
  if (typeof data !== 'object' || data === null) return data
  if (Object.getPrototypeOf(data) !== Object.prototype) return data
  const inside = key === 'facts' ? () => 'facts' : (name: string) => name
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, replaced(value, inside(name), hide)]),
  )
}
