/** Reads what most probes print: `key=value` lines, each key named once, so that types and the host agree on the keys. */

/** What was printed: `why?` in the list is a key that need not be there. */
export type Printed<Key extends string> = {
  readonly [Each in Key as Each extends `${string}?` ? never : Each]: string
} & { readonly [Each in Key as Each extends `${infer Name}?` ? Name : never]?: string }

/**
 * A `parse` for lines with these keys; one that ends in `?` may be missing. What the probe cannot have printed, another key or one
 * twice, is an error and no state: it may be a value with a newline in it.
 */
export function printed<const Key extends string>(
  ...keys: readonly Key[]
): (observation: string) => Printed<Key> {
  const names: readonly string[] = keys.map(key => key.replace(/\?$/, ''))
  const always = keys.filter(key => !key.endsWith('?'))
  return observation => {
    const found = new Map<string, string>()
    for (const line of observation.split('\n')) {
      if (line === '') continue
      const [key = ''] = line.split('=', 1)
      if (key === line || !names.includes(key)) throw new TypeError(`the probe printed another line: ${line}`)
      if (found.has(key)) throw new TypeError(`the probe printed ${key} twice: ${observation}`)
      found.set(key, line.slice(key.length + 1))
    }
    const missing = always.find(key => !found.has(key))
    if (missing !== undefined) throw new TypeError(`the probe printed no ${missing}: ${observation}`)
    return Object.fromEntries(found) as Printed<Key>
  }
}
