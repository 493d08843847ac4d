/** Reads what most probes print: `key=value` lines, each key named once, so that types and the host agree on the keys. */
import { mask } from '../base/secret.ts'

type Bare<Key extends string> = Key extends `${infer Name}!` ? Name : Key

/** What was printed: `why?` in the list is a key that need not be there, `password!` one whose value is a secret. */
export type Printed<Key extends string> = {
  readonly [Each in Key as Each extends `${string}?` ? never : Bare<Each>]: string
} & { readonly [Each in Key as Each extends `${infer Name}?` ? Bare<Name> : never]?: string }

/** What a probe prints of a secret that it has compared on the host, and what stands for that here. */
const compared: Readonly<Record<string, string>> = { same: mask, other: `not ${mask}`, none: 'none' }

/**
 * A `parse` for lines with these keys; one that ends in `?` may be missing. Of one with `!` (before the `?`) the probe prints
 * `same`, `other` or `none`, and never the value: `same` is what `desired` calls `mask`. What the probe cannot have printed,
 * another key or one twice, is an error and no state: it may be a value with a newline in it.
 *
 * `NoInfer`: a generic call that gives a mere function is what TypeScript leaves for last, and then `parse: printed(...)` would
 * tell the rest of its resource no keys.
 */
export function printed<const Key extends string>(
  ...keys: readonly Key[]
): NoInfer<(observation: string) => Printed<Key>> {
  const names: readonly string[] = keys.map(key => key.replace(/!?\??$/, ''))
  const secrets = names.filter((_name, at) => /!\??$/.test(keys[at] ?? ''))
  const always = names.filter((_name, at) => !keys[at]?.endsWith('?'))
  return observation => {
    const found = new Map<string, string>()
    for (const line of observation.split('\n')) {
      if (line === '') continue
      const [key = ''] = line.split('=', 1)
      if (key === line || !names.includes(key)) throw new TypeError(`the probe printed another line: ${line}`)
      if (found.has(key)) throw new TypeError(`the probe printed ${key} twice: ${observation}`)
      const value = line.slice(key.length + 1)
      const told = secrets.includes(key) ? compared[value] : value
      if (told === undefined) throw new TypeError(`the probe printed of ${key} more than same, other or none`)
      found.set(key, told)
    }
    const missing = always.find(key => !found.has(key))
    if (missing !== undefined) throw new TypeError(`the probe printed no ${missing}: ${observation}`)
    return Object.fromEntries(found) as Printed<Key>
  }
}
