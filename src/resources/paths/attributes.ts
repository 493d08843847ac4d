/** Mode, owner and group as keys of a state: the same for files and directories. */

import type { Promised } from '../../engine/promised.ts'

/** Mode, owner and group, each only where it is wanted. */
export interface Attributes {
  readonly mode?: string | undefined
  readonly owner?: string | undefined
  readonly group?: string | undefined
}

const keys = ['mode', 'owner', 'group'] as const

/** The same as keys of a state. */
export type AttributeState = { readonly [Key in (typeof keys)[number]]?: string }

/** Those that are wanted, for `desired`. */
export function wantedAttributes(wanted: Attributes): AttributeState {
  return Object.fromEntries(keys.flatMap(key => (wanted[key] === undefined ? [] : [[key, wanted[key]]])))
}

/** Those that were observed, for `parse`; modes get their four digits. */
export function observedAttributes(found: ReadonlyMap<string, string>): AttributeState {
  return Object.fromEntries(
    keys.flatMap(key => {
      const value = found.get(key)
      if (value === undefined) return []
      return [[key, key === 'mode' ? value.padStart(4, '0') : value]]
    }),
  )
}

/** As `key=value` words of the write library. */
export function attributeWords(wanted: Attributes): string[] {
  return Object.entries(wantedAttributes(wanted)).map(([key, value]) => `${key}=${value}`)
}

/** The flags of `ops_paths` that ask for them: a number is compared with a number, a name with a name. */
export function attributeFlags({ mode, owner, group }: Attributes): string {
  const isNumber = (name: string) => /^\d+$/.test(name)
  const ownerFlag = owner === undefined ? '' : isNumber(owner) ? 'u' : 'o'
  const groupFlag = group === undefined ? '' : isNumber(group) ? 'i' : 'g'
  return `${mode === undefined ? '' : 'm'}${ownerFlag}${groupFlag}`
}

/** Claims on the accounts that are named, since they may arrive in an earlier step. */
export function accountClaims({ owner, group }: Attributes): (`user:${string}` | `group:${string}`)[] {
  return [
    ...(owner === undefined ? [] : [`user:${owner}` as const]),
    ...(group === undefined ? [] : [`group:${group}` as const]),
  ]
}

/** That those of them that have names are there. */
export function accountPromises(attributes: Attributes): readonly Promised[] {
  return accountClaims(attributes)
    .filter(claim => !/:\d+$/.test(claim))
    .map(of => ({ of, is: 'there' }))
}
